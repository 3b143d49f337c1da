package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Accepting;
import dev.dialkey.BiStream;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.Datagrams;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.Events;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.TransportOptions;
import dev.dialkey.Watch;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every call that waits can be interrupted, has a deadline, and can be cancelled where it has a
 * future. Reflection tells whether one was forgotten.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class WaitingCallsTest {
  private static final Duration SHORT = Duration.ofMillis(30);
  private static final List<Class<?>> CLASSES =
      List.of(
          Endpoint.class,
          Connection.class,
          SendStream.class,
          RecvStream.class,
          BiStream.class,
          Accepting.class,
          Connecting.class,
          Datagrams.class,
          Watch.class,
          Events.class);

  /** They declare an exception for what is wrong at once. */
  private static final Set<String> NEVER_WAITING =
      Set.of(
          "Endpoint.dial",
          "Connection.exportKeyingMaterial",
          "SendStream.tryWrite",
          "Datagrams.send",
          "Datagrams.sendMany");

  private final AtomicLong executed = new AtomicLong();
  private Endpoint acceptor;
  private Endpoint dialler;
  private Forwarder forwarder;
  private DatagramSocket silence;
  private EndpointAddr nobody;
  private Connection client;
  private Connection server;
  private BiStream bi;
  private SendStream full;
  private SendStream finished;

  /** A connection on which nothing goes on and nothing goes through. */
  @BeforeEach
  void open() throws Exception {
    var options =
        TransportOptions.builder()
            .maxBiStreams(1)
            .maxUniStreams(2)
            .streamReceiveWindow(16 * 1024)
            .keepAlive(Duration.ZERO)
            .build();
    Executor counting =
        task -> {
          executed.incrementAndGet();
          Thread.ofVirtual().start(task);
        };
    acceptor = Loopback.builder().transport(options).executor(counting).alpns(Peers.ALPN).bind();
    dialler = Loopback.builder().transport(options).executor(counting).bind();
    forwarder = new Forwarder(acceptor);
    silence = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    nobody =
        EndpointAddr.of(Peers.someId()).withIp((InetSocketAddress) silence.getLocalSocketAddress());
    var accepting = Peers.accept(acceptor);
    client = dialler.connect(forwarder.addr(), Peers.ALPN);
    server = accepting.get();
    bi = client.openBi();
    full = client.openUni();
    finished = client.openUni();
    while (full.tryWrite(ByteBuffer.allocate(8 * 1024)) > 0) {
      assertThat(full.isOpen()).isTrue();
    }
    forwarder.mute();
    finished.finish();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    dialler.close(Duration.ofMillis(100));
    acceptor.close(Duration.ofMillis(100));
    forwarder.close();
    silence.close();
  }

  private interface Waiting {
    Object call() throws Exception;
  }

  private static ByteBuffer heap() {
    return ByteBuffer.allocate(100_000);
  }

  /** Every call that waits without a deadline, by class and name. */
  private Map<String, List<Waiting>> unlimited() throws Exception {
    var ticket = EndpointTicket.of(nobody);
    var view = full.outputStream();
    Map<String, List<Waiting>> calls = new LinkedHashMap<>();
    calls.put(
        "Endpoint.connect",
        List.of(
            () -> dialler.connect(nobody, Peers.ALPN),
            () -> dialler.connect(nobody, "test/1"),
            () -> dialler.connect(ticket, "test/1")));
    calls.put(
        "Endpoint.accept", List.of(dialler::accept, () -> dialler.incoming().iterator().hasNext()));
    calls.put("Connecting.await", List.of(() -> dial().await()));
    calls.put("Accepting.await", List.of(() -> accepting().await()));
    calls.put("Accepting.alpn", List.of(() -> accepting().alpn()));
    calls.put("Connection.openBi", List.of(client::openBi));
    calls.put("Connection.openUni", List.of(client::openUni));
    calls.put(
        "Connection.acceptBi",
        List.of(client::acceptBi, () -> client.biStreams().iterator().hasNext()));
    calls.put("Connection.acceptUni", List.of(client::acceptUni));
    calls.put(
        "SendStream.write",
        List.of(
            () -> full.write(heap()),
            () -> full.write(ByteBuffer.allocateDirect(100_000)),
            () -> full.write(new ByteBuffer[] {heap()}),
            () -> full.write(new ByteBuffer[] {heap()}, 0, 1),
            run(() -> full.write(new byte[100_000])),
            run(() -> full.write(MemorySegment.ofArray(new byte[100_000]))),
            run(() -> view.write(new byte[100_000]))));
    calls.put(
        "SendStream.finish",
        List.of(
            run(() -> {
              view.write(1);
              full.finish();
            }),
            run(view::flush),
            run(view::close)));
    calls.put(
        "RecvStream.read",
        List.of(
            () -> bi.recv().read(heap()),
            () -> bi.recv().read(ByteBuffer.allocateDirect(9)),
            () -> bi.recv().read(new byte[9]),
            () -> bi.recv().read(MemorySegment.ofArray(new byte[9])),
            () -> bi.recv().inputStream().read()));
    calls.put("RecvStream.readChunk", List.of(() -> bi.recv().readChunk(9)));
    calls.put("RecvStream.readFully", List.of(run(() -> bi.recv().readFully(new byte[9]))));
    calls.put("RecvStream.readAll", List.of(() -> bi.recv().readAll(9)));
    var datagrams = client.datagrams();
    calls.put("Datagrams.read", List.of(datagrams::read));
    calls.put("Datagrams.readMany", List.of(() -> datagrams.readMany(new ByteBuffer[] {heap()})));
    calls.put("Datagrams.sendBlocking", List.of(run(() -> sendUntilFull(datagrams))));
    calls.put("Events.take", List.of(run(() -> takeForEver(client.pathEvents()))));
    return calls;
  }

  /** Every call that waits for a limited time, by class and name. */
  private Map<String, List<Waiting>> limited(Duration limit) throws Exception {
    var datagrams = client.datagrams();
    Predicate<Object> never = value -> false;
    Map<String, List<Waiting>> calls = new LinkedHashMap<>();
    calls.put(
        "Endpoint.connect",
        List.of(
            () -> dialler.connect(nobody, Peers.ALPN, limit),
            () -> dialler.connect(nobody, "test/1", limit)));
    calls.put("Endpoint.accept", List.of(() -> dialler.accept(limit)));
    calls.put("Connecting.await", List.of(() -> dial().await(limit)));
    calls.put("Accepting.await", List.of(() -> accepting().await(limit)));
    calls.put("Accepting.alpn", List.of(() -> accepting().alpn(limit)));
    calls.put("Connection.openBi", List.of(() -> client.openBi(limit)));
    calls.put("Connection.openUni", List.of(() -> client.openUni(limit)));
    calls.put("Connection.acceptBi", List.of(() -> client.acceptBi(limit)));
    calls.put("Connection.acceptUni", List.of(() -> client.acceptUni(limit)));
    calls.put(
        "SendStream.write",
        List.of(
            () -> full.write(heap(), limit),
            () -> full.write(ByteBuffer.allocateDirect(100_000), limit)));
    calls.put("SendStream.awaitAcked", List.of(run(() -> finished.awaitAcked(limit))));
    calls.put("RecvStream.read", List.of(() -> bi.recv().read(heap(), limit)));
    calls.put("Datagrams.poll", List.of(() -> datagrams.poll(limit)));
    calls.put("Datagrams.sendBlocking", List.of(run(() -> sendUntilFull(datagrams, limit))));
    calls.put(
        "Watch.await",
        List.of(
            () -> client.watchPaths().await(never, limit),
            () -> client.connectionType().await(never, limit),
            () -> dialler.watchAddr().await(never, limit)));
    calls.put("Events.poll", List.of(() -> pollForEver(client.pathEvents(), limit)));
    return calls;
  }

  private static Waiting run(Tasks.Action action) {
    return () -> {
      action.run();
      return "nothing";
    };
  }

  private Connecting dial() throws IOException {
    return dialler.dial(nobody, Peers.ALPN, ConnectOptions.defaults());
  }

  /** A handshake that cannot come to its end, for the dialler hears nothing. */
  private Accepting accepting() throws IOException {
    dialler.dial(forwarder.addr(), Peers.ALPN, ConnectOptions.defaults());
    return Peers.next(acceptor).accept();
  }

  private static void sendUntilFull(Datagrams datagrams) throws IOException {
    while (true) {
      datagrams.sendBlocking(ByteBuffer.allocate(1_000));
    }
  }

  private static void sendUntilFull(Datagrams datagrams, Duration limit) throws IOException {
    while (true) {
      datagrams.sendBlocking(ByteBuffer.allocate(1_000), limit);
    }
  }

  private static void takeForEver(Events<?> events) throws IOException {
    while (events.take().isPresent()) {
      assertThat(events).isNotNull();
    }
  }

  private static Object pollForEver(Events<?> events, Duration limit) throws IOException {
    Object next = events.poll(limit);
    while (!next.equals(java.util.Optional.empty())) {
      next = events.poll(limit);
    }
    return next;
  }

  @Test
  void noWaitingCallWasForgotten() throws Exception {
    Set<String> known = new TreeSet<>(NEVER_WAITING);
    known.addAll(unlimited().keySet());
    known.addAll(limited(SHORT).keySet());
    assertThat(
            names(method ->
                Stream.of(method.getExceptionTypes())
                    .anyMatch(IOException.class::isAssignableFrom)))
        .isEqualTo(known);
    Set<String> withLimit =
        names(method ->
            List.of(method.getParameterTypes()).contains(Duration.class)
                && !method.getName().equals("close"));
    assertThat(withLimit).isEqualTo(limited(SHORT).keySet());
    Set<String> withFuture = names(method -> method.getName().endsWith("Async"));
    withFuture.remove("Endpoint.closeAsync"); // What has begun to close is closed.
    assertThat(withFuture).isEqualTo(asyncCalls().keySet());
  }

  private static Set<String> names(Predicate<Method> wanted) {
    return CLASSES.stream()
        .flatMap(type -> Arrays.stream(type.getMethods()))
        .filter(method -> CLASSES.contains(method.getDeclaringClass()))
        .filter(wanted)
        .map(method -> method.getDeclaringClass().getSimpleName() + "." + method.getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyWaitingCallCanBeInterruptedAndKeepsTheFlag() throws Exception {
    for (var calls : List.of(unlimited(), limited(Loopback.PATIENCE))) {
      for (var entry : calls.entrySet()) {
        for (Waiting call : entry.getValue()) {
          interrupt(entry.getKey(), call);
        }
      }
    }
  }

  private static void interrupt(String name, Waiting call) throws Exception {
    Callable<Throwable> part =
        () -> {
          try {
            return new AssertionError(name + " returned " + call.call());
          } catch (java.io.UncheckedIOException e) {
            return e.getCause();
          } catch (IOException e) {
            return e;
          } finally {
            assertThat(Thread.currentThread().isInterrupted()).as(name).isTrue();
          }
        };
    var task = Tasks.start(part).parked();
    task.thread().interrupt();
    assertThat(task.get()).as(name).isInstanceOf(InterruptedIOException.class);
  }

  @Test
  void everyWaitingCallKeepsItsDeadline() throws Exception {
    for (Duration limit : List.of(SHORT, Duration.ZERO, Duration.ofNanos(-1))) {
      for (var entry : limited(limit).entrySet()) {
        for (Waiting call : entry.getValue()) {
          Throwable failure = null;
          try {
            assertThat(call.call()).as(entry.getKey()).isEqualTo(java.util.Optional.empty());
          } catch (IOException e) {
            failure = e;
          }
          if (!entry.getKey().endsWith(".poll")) {
            assertThat(failure)
                .as(entry.getKey())
                .isInstanceOfAny(DialkeyTimeoutException.class, DialTimeoutException.class);
          }
        }
      }
    }
  }

  /** Every call with a future, by class and name. */
  private Map<String, Callable<CompletableFuture<?>>> asyncCalls() {
    Map<String, Callable<CompletableFuture<?>>> calls = new LinkedHashMap<>();
    calls.put("Endpoint.acceptAsync", dialler::acceptAsync);
    calls.put("Endpoint.connectAsync", () -> dialler.connectAsync(nobody, Peers.ALPN));
    calls.put("Connecting.awaitAsync", () -> dial().awaitAsync());
    calls.put("Connection.openBiAsync", client::openBiAsync);
    calls.put("Connection.openUniAsync", client::openUniAsync);
    calls.put("Connection.acceptBiAsync", client::acceptBiAsync);
    calls.put("Connection.acceptUniAsync", client::acceptUniAsync);
    calls.put("SendStream.writeAsync", () -> full.writeAsync(heap()));
    calls.put("RecvStream.readAsync", () -> bi.recv().readAsync(heap()));
    calls.put("RecvStream.readAllAsync", () -> bi.recv().readAllAsync(9));
    calls.put("Accepting.awaitAsync", () -> accepting().awaitAsync());
    calls.put("Datagrams.sendAsync", () -> sendAsyncWhenFull(client.datagrams()));
    calls.put("Datagrams.readAsync", () -> client.datagrams().readAsync());
    return calls;
  }

  private static CompletableFuture<Void> sendAsyncWhenFull(Datagrams datagrams) throws IOException {
    while (datagrams.sendMany(List.of(ByteBuffer.allocate(1_000))) == 1) {
      assertThat(datagrams.maxSize()).isPresent();
    }
    return datagrams.sendAsync(ByteBuffer.allocate(1_000));
  }

  @Test
  void cancellingAFutureEndsTheWaitBehindIt() throws Exception {
    for (var entry : asyncCalls().entrySet()) {
      for (long pauseNanos : new long[] {0, 3_000_000}) { // Before it waits, and while it does.
        long before;
        CompletableFuture<?> future;
        do { // Again, when a probe timeout sent a datagram of the full queue and so made room.
          before = executed.get();
          future = entry.getValue().call();
          LockSupport.parkNanos(pauseNanos);
        } while (future.state() == Future.State.SUCCESS);
        long begun = before;
        assertThat(future.cancel(true)).as(entry.getKey()).isTrue();
        Tasks.awaitTrue(() -> executed.get() > begun); // Each call hands in its end there, once.
      }
    }
  }
}
