package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.BindOptions;
import dev.dialkey.Connection;
import dev.dialkey.DialkeyException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.PathControl;
import dev.dialkey.PathInfo;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.TransportOptions;
import dev.dialkey.bindings.LiveObjects;
import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random operations between several endpoints, for two minutes or as long as {@code
 * -Ddialkey.soak=PT1H} says. Memory, threads, descriptors and native objects stay flat.
 */
@ExtendWith(LeakCheck.class)
@Timeout(value = 3, unit = TimeUnit.HOURS)
final class SoakTest {
  private static final Duration LENGTH = Duration.parse(System.getProperty("dialkey.soak", "PT2M"));

  private static final int SERVERS = 3;
  private static final int WORKERS = Integer.getInteger("dialkey.soak.workers", 12);

  /** The first rounds warm up: classes, compiled code, buffers that are kept. */
  private static final int ROUNDS = 8;

  private static final long MAX_HEAP_GROWTH_MIB = 24;
  private static final long MAX_NATIVE_GROWTH_MIB = 24;

  private static final TransportOptions OPTIONS =
      TransportOptions.builder()
          .maxIdleTimeout(Duration.ofSeconds(3))
          .keepAlive(Duration.ofMillis(500))
          .build();

  /**
   * What is in use while nothing is under way.
   *
   * @param heapMib Java heap
   * @param nativeMib memory outside of it that is not freed
   * @param threads live platform threads
   * @param descriptors open files and sockets
   * @param objects native objects
   */
  private record Usage(
      long heapMib, long nativeMib, int threads, long descriptors, LiveObjects objects) {}

  private final LongAdder done = new LongAdder();

  /** Why visits ended early, and how often. */
  private final Map<String, Long> cutOff = new ConcurrentHashMap<>();

  @Test
  void nothingGrows() throws Exception {
    List<Usage> usage = new ArrayList<>();
    List<EchoServer> servers = new ArrayList<>();
    try (Endpoint dialler = endpoint().bind()) {
      for (int i = 0; i < SERVERS; i++) {
        servers.add(new EchoServer(server(1 + i % 2)));
      }
      long roundNanos = LENGTH.toNanos() / ROUNDS;
      for (int round = 0; round < ROUNDS; round++) {
        work(dialler, servers, System.nanoTime() + roundNanos, round);
        usage.add(settle(dialler, servers));
        System.out.println(
            "soak round "
                + round
                + ": "
                + done
                + " done, "
                + cutOff
                + " cut off, "
                + usage.getLast());
      }
    } finally {
      servers.forEach(EchoServer::close);
    }
    assertThat(done.sum()).isPositive();
    assertFlat(usage);
  }

  /** The second half of the rounds must not use more than the first did, but for what is noise. */
  private static void assertFlat(List<Usage> usage) {
    Usage early = usage.get(ROUNDS / 2 - 1);
    Usage late = usage.getLast();
    assertThat(late.objects).isEqualTo(early.objects);
    assertThat(late.threads).isLessThanOrEqualTo(early.threads + 2);
    assertThat(late.descriptors).isLessThanOrEqualTo(early.descriptors + 2);
    assertThat(late.heapMib).isLessThanOrEqualTo(early.heapMib + MAX_HEAP_GROWTH_MIB);
    assertThat(late.nativeMib).isLessThanOrEqualTo(early.nativeMib + MAX_NATIVE_GROWTH_MIB);
  }

  private void work(Endpoint dialler, List<EchoServer> servers, long until, int round)
      throws Exception {
    List<Tasks.Task<Boolean>> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      var random = new Random(round * 1_000L + i);
      workers.add(
          Tasks.run(() -> {
            while (System.nanoTime() - until < 0) {
              EchoServer server = servers.get(random.nextInt(servers.size()));
              try {
                visit(dialler, server.endpoint(), random);
                done.increment();
              } catch (DialkeyException | InterruptedIOException e) {
                cutOff.merge(e.toString(), 1L, Long::sum); // As this test has it.
              }
            }
          }));
    }
    for (Tasks.Task<Boolean> worker : workers) {
      worker.get(LENGTH.plusSeconds(60));
    }
  }

  private static void visit(Endpoint dialler, Endpoint server, Random random) throws IOException {
    if (random.nextInt(8) == 0) {
      cancelledDial(dialler, server, random);
      return;
    }
    try (Connection connection =
        dialler.connect(server.addr(), EchoServer.ALPN, Loopback.PATIENCE)) {
      for (int i = random.nextInt(12); i > 0; i--) {
        operation(connection, server, random);
      }
      if (random.nextInt(4) == 0) {
        connection.close(random.nextInt(100), "enough");
      }
    }
  }

  private static void cancelledDial(Endpoint dialler, Endpoint server, Random random) {
    var dial = dialler.connectAsync(server.addr(), EchoServer.ALPN);
    try {
      dial.orTimeout(random.nextInt(4_000), TimeUnit.MICROSECONDS).join().close();
    } catch (CompletionException e) {
      dial.cancel(true);
    }
  }

  private static void operation(Connection connection, Endpoint server, Random random)
      throws IOException {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> EchoServer.check(connection, random.nextInt(300_000), random.nextInt());
      case 3 -> EchoServer.check(connection, random.nextInt(100), random.nextInt());
      case 4 -> halfDone(connection, random);
      case 5 -> slowReader(connection, random);
      case 6 -> datagrams(connection, random);
      case 7, 8 -> paths(connection, server, random);
      default -> {
        try (SendStream unread = connection.openUni(Loopback.PATIENCE)) {
          unread.write(new byte[random.nextInt(2_000)]);
        } // The server never looks at it, and closing resets it.
      }
    }
  }

  private static void halfDone(Connection connection, Random random) throws IOException {
    try (BiStream stream = connection.openBi(Loopback.PATIENCE)) {
      stream.send().write(new byte[random.nextInt(50_000)]);
      if (random.nextBoolean()) {
        stream.recv().stop(7);
      } else {
        stream.send().reset(8);
      }
    }
  }

  private static void slowReader(Connection connection, Random random) throws IOException {
    try (BiStream stream = connection.openBi(Loopback.PATIENCE)) {
      stream.send().write(new byte[1 + random.nextInt(60_000)]);
      stream.send().finish();
      RecvStream answer = stream.recv();
      var piece = ByteBuffer.allocateDirect(1_000);
      while (answer.read(piece, Loopback.PATIENCE) >= 0 && random.nextInt(200) != 0) {
        piece.clear();
      }
    }
  }

  private static void datagrams(Connection connection, Random random) throws IOException {
    for (int i = random.nextInt(50); i > 0; i--) {
      connection.datagrams().send(ByteBuffer.wrap(new byte[random.nextInt(1_000)]));
    }
  }

  private static void paths(Connection connection, Endpoint server, Random random)
      throws IOException {
    PathControl control = connection.pathControl();
    List<PathInfo> paths = connection.paths();
    List<InetSocketAddress> remotes = server.boundSockets();
    if (paths.isEmpty()) {
      return;
    }
    PathId one = paths.get(random.nextInt(paths.size())).id();
    PathStatus status = random.nextBoolean() ? PathStatus.AVAILABLE : PathStatus.BACKUP;
    try {
      switch (random.nextInt(5)) {
        case 0, 1 ->
            control.open(remotes.get(random.nextInt(remotes.size())), status, Loopback.PATIENCE);
        case 2 -> control.select(one);
        case 3 -> control.setStatus(one, status);
        default -> control.close(one);
      }
    } catch (IllegalStateException e) {
      // Not validated yet, closed meanwhile, or the last one.
    }
  }

  private static Endpoint server(int loops) throws IOException {
    return endpoint().loops(loops).alpns(EchoServer.ALPN).bind();
  }

  /** On two addresses, so that there are paths to choose from. */
  private static EndpointBuilder endpoint() {
    var second = new InetSocketAddress(InetAddress.ofLiteral("127.0.1.1"), 0);
    return Loopback.builder()
        .bindAddr(second, BindOptions.forPrefix(24).optional())
        .transport(OPTIONS);
  }

  /** Waits until the connections of a round are gone and looks. */
  private static Usage settle(Endpoint dialler, List<EchoServer> servers) throws IOException {
    NativeLibrary library = NativeLibrary.load();
    long start = System.nanoTime();
    while (library.liveObjects().connections() > 0) {
      // Closing takes three probe time-outs, which are long where the machine is overloaded.
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(90)) {
        throw new AssertionError(
            "left: "
                + library.liveObjects()
                + ", dialler "
                + dialler.metrics().connections()
                + ", servers "
                + servers.stream().map(EchoServer::metrics).toList());
      }
      LockSupport.parkNanos(10_000_000);
    }
    return new Usage(
        ProcessMemory.heapMib(),
        ProcessMemory.nativeMib(),
        Thread.getAllStackTraces().size(),
        descriptors(),
        library.liveObjects());
  }

  private static long descriptors() throws IOException {
    Path list = Path.of("/proc/self/fd");
    if (!Files.isDirectory(list)) {
      return 0;
    }
    try (var open = Files.list(list)) {
      return open.count();
    }
  }
}
