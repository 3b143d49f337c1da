package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Connection;
import dev.dialkey.ConnectionMetrics;
import dev.dialkey.Endpoint;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.bindings.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many connections at once, and strangers who would like to be many. */
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class LoadTest {
  private static final int MAX_HANDSHAKES = 2_048;

  /** About 60 KiB for each end of a connection, docs/limits.md, and as much again for the rest. */
  private static final long MAX_GROWTH_MIB = 256;

  @Test
  void thousandConnectionsShareOneEndpoint() throws Exception {
    try (var server = new EchoServer(acceptor(1));
        Endpoint dialler = Loopback.builder().bind()) {
      long before = ProcessMemory.nativeMib();
      List<Connection> connections = connectMany(dialler, server.endpoint(), 1_000);
      for (int i = 0; i < connections.size(); i++) {
        EchoServer.check(connections.get(i), 1 + i, i);
      }
      assertThat(ProcessMemory.nativeMib() - before).isLessThan(MAX_GROWTH_MIB);
      assertThat(server.endpoint().metrics().connections().opened()).isEqualTo(1_000);
      connections.forEach(Connection::close);
      Tasks.awaitTrue(() -> server.endpoint().metrics().connections().closed() == 1_000);
    }
  }

  @Test
  void cancelledDialsLeaveNothing() throws Exception {
    // A dial that is cancelled before the first answer says nothing more: the acceptor finds out by
    // its time-out.
    var impatient =
        TransportOptions.builder()
            .maxIdleTimeout(Duration.ofSeconds(3))
            .keepAlive(Duration.ofMillis(500))
            .build();
    try (var server =
            new EchoServer(Loopback.builder().transport(impatient).alpns(EchoServer.ALPN).bind());
        Endpoint dialler = Loopback.builder().transport(impatient).bind();
        Connection established = connect(dialler, server.endpoint())) {
      var random = new Random(1);
      var underWay = new Semaphore(100);
      for (int i = 0; i < 10_000; i++) {
        underWay.acquire();
        var dial = dialler.connectAsync(server.endpoint().addr(), EchoServer.ALPN);
        long micros = random.nextInt(3_000);
        CompletableFuture.delayedExecutor(micros, TimeUnit.MICROSECONDS)
            .execute(() -> {
              if (!dial.cancel(true) && !dial.isCompletedExceptionally()) {
                dial.join().close(); // It was quicker.
              }
              underWay.release();
            });
        if (i % 1_000 == 0) {
          EchoServer.check(established, 10_000, i);
        }
      }
      underWay.acquire(100);
      EchoServer.check(established, 10_000, 0);
      assertThat(dialler.metrics().connections().dialled()).isGreaterThan(5_000);
      Tasks.awaitTrue(() -> dialler.metrics().connections().handshaking() == 0);
      Tasks.awaitTrue(() -> live() <= 2);
    }
  }

  @Test
  @SuppressWarnings("try") // The server serves by being open.
  void stormOfDialsIsServedThroughRetry() throws Exception {
    int dials = 1_500;
    try (Endpoint acceptor = acceptor(2);
        Endpoint dialler = Loopback.builder().bind()) {
      List<CompletableFuture<Connection>> storm = new ArrayList<>();
      for (int i = 0; i < dials; i++) {
        storm.add(dialler.connectAsync(acceptor.addr(), EchoServer.ALPN));
      }
      // Nobody accepts yet: the queue fills, and from then on an address has to be proved.
      Tasks.awaitTrue(() -> acceptor.metrics().connections().retriesSent() > 0);
      try (var server = new EchoServer(acceptor)) {
        int connected = 0;
        for (CompletableFuture<Connection> dial : storm) {
          try (Connection connection = dial.get(60, TimeUnit.SECONDS)) {
            EchoServer.check(connection, 100, connected);
            connected++;
          }
        }
        assertThat(connected).isEqualTo(dials);
      }
    }
  }

  @Test
  void floodOfFirstPacketsFromManyAddressesStopsNobody() throws Exception {
    int packets = Size.of(100_000, 3_000_000);
    try (var server = new EchoServer(acceptor(1));
        Endpoint dialler = Loopback.builder().bind();
        Connection established = connect(dialler, server.endpoint());
        var strangers = new Strangers(64)) {
      long before = ProcessMemory.nativeMib();
      var flood =
          Tasks.run(() -> {
            var random = new Random(7);
            for (int i = 0; i < packets; i++) {
              strangers.send(i, firstPacket(random), server.endpoint());
            }
          });
      int rounds = 0;
      while (!flood.future().isDone()) {
        EchoServer.check(established, 20_000, rounds++);
      }
      flood.get();
      ConnectionMetrics metrics = server.endpoint().metrics().connections();
      assertThat(metrics.handshaking()).isLessThanOrEqualTo(MAX_HANDSHAKES);
      assertThat(metrics.retriesSent()).isPositive();
      assertThat(rounds).isPositive();
      assertThat(ProcessMemory.nativeMib() - before).isLessThan(MAX_GROWTH_MIB);
      try (Connection late = connect(dialler, server.endpoint())) {
        EchoServer.check(late, 1_000, 1);
      }
    }
  }

  @Test
  @SuppressWarnings("try") // The server serves by being open.
  void handshakesThatStopHalfWayEndByThemselves() throws Exception {
    var options = TransportOptions.builder().maxIdleTimeout(Duration.ofSeconds(2)).build();
    try (Endpoint acceptor = Loopback.builder().transport(options).alpns(EchoServer.ALPN).bind();
        var server = new EchoServer(acceptor);
        Endpoint dialler = Loopback.builder().bind();
        var strangers = new Strangers(300)) {
      byte[] hello = realFirstPacket(acceptor);
      for (int i = 0; i < 300; i++) {
        // The same hello under ids of its own would not decrypt; the same id is the same flight.
        strangers.send(i, i % 2 == 0 ? firstPacket(new Random(i)) : hello, acceptor);
      }
      Tasks.awaitTrue(() -> acceptor.metrics().connections().accepted() > 100);
      try (Connection connection = connect(dialler, acceptor)) {
        EchoServer.check(connection, 1_000, 1);
      }
      Tasks.awaitTrue(() -> acceptor.metrics().connections().handshaking() == 0);
      Tasks.awaitTrue(() -> live() <= 2);
    }
  }

  @Test
  @SuppressWarnings("try") // The server serves by being open.
  void unprovedAddressGetsAtMostThreeTimesWhatItSent() throws Exception {
    var options = TransportOptions.builder().maxIdleTimeout(Duration.ofSeconds(2)).build();
    try (Endpoint acceptor = Loopback.builder().transport(options).alpns(EchoServer.ALPN).bind();
        var server = new EchoServer(acceptor);
        var stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      byte[] hello = realFirstPacket(acceptor);
      InetSocketAddress to = acceptor.boundSockets().getFirst();
      stranger.send(new DatagramPacket(hello, hello.length, to));
      Tasks.awaitTrue(() -> server.metrics().accepted() == 1);
      Tasks.awaitTrue(() -> server.metrics().handshakesFailed() == 1); // By the idle time-out.
      assertThat(waitingBytes(stranger)).isBetween(1, 3 * hello.length);
    }
  }

  /** All that has arrived at a socket to which nothing more is on its way. */
  private static int waitingBytes(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(200);
    var packet = new DatagramPacket(new byte[2_048], 2_048);
    int sum = 0;
    try {
      while (true) {
        packet.setLength(2_048);
        socket.receive(packet);
        sum += packet.getLength();
      }
    } catch (SocketTimeoutException e) {
      return sum;
    }
  }

  private static Endpoint acceptor(int loops) throws IOException {
    return Loopback.builder().loops(loops).alpns(EchoServer.ALPN).bind();
  }

  private static Connection connect(Endpoint dialler, Endpoint acceptor) throws IOException {
    return dialler.connect(acceptor.addr(), EchoServer.ALPN, Loopback.PATIENCE);
  }

  private static List<Connection> connectMany(Endpoint dialler, Endpoint acceptor, int count) {
    List<CompletableFuture<Connection>> dials = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      dials.add(dialler.connectAsync(acceptor.addr(), EchoServer.ALPN));
    }
    try {
      return dials.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw new AssertionError("one of " + count + " dials failed", e.getCause());
    }
  }

  private static long live() {
    try {
      return NativeLibrary.load().liveObjects().connections();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A long header that could be a client's first; it takes keys to see that it is none. */
  private static byte[] firstPacket(Random random) {
    byte[] packet = new byte[1_200];
    random.nextBytes(packet);
    packet[0] = (byte) 0xc3;
    packet[1] = 0;
    packet[2] = 0;
    packet[3] = 0;
    packet[4] = 1;
    packet[5] = 8; // Then the destination id.
    packet[14] = 8; // Then the source id.
    packet[23] = 0; // No token.
    packet[24] = 0x44; // All that is left, as a length of two bytes.
    packet[25] = (byte) 0x96;
    return packet;
  }

  /** What a real client sends first, caught by a socket that never answers. */
  private static byte[] realFirstPacket(Endpoint acceptor) throws IOException {
    try (var silence = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Endpoint dialler = Loopback.builder().bind()) {
      silence.setSoTimeout(20_000);
      var there = new InetSocketAddress(InetAddress.getLoopbackAddress(), silence.getLocalPort());
      var dial =
          dialler.connectAsync(EndpointAddr.of(acceptor.id()).withIp(there), EchoServer.ALPN);
      var packet = new DatagramPacket(new byte[1_500], 1_500);
      silence.receive(packet);
      dial.cancel(true);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    }
  }

  /** Sockets at many addresses of the loopback network. */
  private static final class Strangers implements AutoCloseable {
    private final List<DatagramSocket> sockets = new ArrayList<>();

    Strangers(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        byte[] ip = {127, 1, (byte) (i >>> 8), (byte) (1 + i % 250)};
        sockets.add(new DatagramSocket(0, InetAddress.getByAddress(ip)));
      }
    }

    void send(int i, byte[] packet, Endpoint to) throws IOException {
      var address = to.boundSockets().getFirst();
      sockets.get(i % sockets.size()).send(new DatagramPacket(packet, packet.length, address));
    }

    @Override
    public void close() {
      sockets.forEach(DatagramSocket::close);
    }
  }
}
