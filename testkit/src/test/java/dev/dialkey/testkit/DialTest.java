package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBindException;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.EndpointClosedException;
import dev.dialkey.HandshakeException;
import dev.dialkey.Incoming;
import dev.dialkey.NoAddressException;
import dev.dialkey.PathInfo;
import dev.dialkey.SelfDialException;
import dev.dialkey.Side;
import dev.dialkey.TransportOptions;
import dev.dialkey.WeakPeerIdException;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.SecretKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dialling and being dialled, and every way in which it fails. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class DialTest {
  private static final String ALPN = "test/1";
  private static final Duration SOON = Duration.ofMillis(400);

  @Test
  void ownIdCannotBeDialled() throws Exception {
    try (Endpoint endpoint = acceptor()) {
      assertThatExceptionOfType(SelfDialException.class)
          .isThrownBy(() -> endpoint.connect(endpoint.addr(), ALPN))
          .matches(e -> e.remoteId().equals(endpoint.id()));
    }
  }

  @Test
  void weakIdCannotBeDialled() throws Exception {
    byte[] one = new byte[32];
    one[0] = 1; // The neutral element.
    try (Endpoint endpoint = Loopback.builder().bind()) {
      EndpointAddr weak = EndpointAddr.of(EndpointId.fromBytes(one)).withIp(loopback(1));
      assertThatThrownBy(() -> endpoint.connect(weak, ALPN))
          .isInstanceOf(WeakPeerIdException.class);
    }
  }

  @Test
  void addressesThatCannotBeDialledAreListed() throws Exception {
    EndpointId id = someId();
    try (Endpoint endpoint = Loopback.builder().bind()) {
      assertThatThrownBy(() -> endpoint.connect(EndpointAddr.of(id), ALPN))
          .isInstanceOf(NoAddressException.class);
      var v6 = new InetSocketAddress(ipv6Loopback(), 9);
      var own = endpoint.boundSockets().getFirst();
      assertThatExceptionOfType(NoAddressException.class)
          .isThrownBy(() -> endpoint.connect(EndpointAddr.of(id).withIp(v6).withIp(own), ALPN))
          .matches(e -> e.attempts().size() == 2)
          .matches(e -> e.remoteId().equals(id));
    }
  }

  @Test
  void onlyDeadAddressesEndWithTheDeadlineAndTellOfEach() throws Exception {
    try (Endpoint endpoint = Loopback.builder().bind();
        Silence silence = new Silence(3)) {
      EndpointAddr dead = silence.addTo(EndpointAddr.of(someId()));
      long start = System.nanoTime();
      assertThatExceptionOfType(DialTimeoutException.class)
          .isThrownBy(() -> endpoint.connect(dead, Alpn.of(ALPN), SOON))
          .matches(e -> e.attempts().size() == 3);
      assertThat(System.nanoTime() - start).isBetween(SOON.toNanos(), SOON.toNanos() * 10);
    }
  }

  @Test
  void dialIsGivenUpAfterTheIdleTimeout() throws Exception {
    var options = TransportOptions.builder().maxIdleTimeout(SOON).build();
    try (Endpoint endpoint = Loopback.builder().transport(options).bind();
        Silence silence = new Silence(1)) {
      EndpointAddr dead = silence.addTo(EndpointAddr.of(someId()));
      assertThatThrownBy(() -> endpoint.connect(dead, ALPN))
          .isInstanceOf(DialTimeoutException.class);
    }
  }

  @Test
  void fiveDeadAddressesDoNotSlowDownTheLiveOne() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind();
        Silence silence = new Silence(5)) {
      var server = accept(acceptor);
      long start = System.nanoTime();
      try (Connection client = dialler.connect(silence.addTo(acceptor.addr()), ALPN)) {
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(client.side()).isEqualTo(Side.CLIENT);
        assertThat(client.alpn().toString()).contains(ALPN);
        assertThat(client.paths()).extracting(PathInfo::remote).hasSize(1);
        assertThat(client.rtt()).isPresent();
        exchange(client, server.get());
      }
    }
  }

  @Test
  void anotherKeyEndsTheHandshakeOnBothSides() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      var server = accept(acceptor);
      EndpointAddr wrong = EndpointAddr.of(someId()).withIp(acceptor.boundSockets().getFirst());
      assertThatExceptionOfType(HandshakeException.class)
          .isThrownBy(() -> dialler.connect(wrong, ALPN))
          .matches(e -> e.alert() == 48 && !e.byPeer());
      assertThat(server.failure())
          .isInstanceOfSatisfying(
              HandshakeException.class,
              e -> {
                assertThat(e.alert()).isEqualTo(48);
                assertThat(e.byPeer()).isTrue();
              });
    }
  }

  @Test
  void noCommonAlpnEndsTheHandshakeOnBothSides() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      var server = accept(acceptor);
      assertThatExceptionOfType(HandshakeException.class)
          .isThrownBy(() -> dialler.connect(acceptor.addr(), "other/1"))
          .matches(e -> e.alert() == 120 && e.byPeer());
      assertThat(server.failure())
          .isInstanceOfSatisfying(
              HandshakeException.class,
              e -> {
                assertThat(e.alert()).isEqualTo(120);
                assertThat(e.byPeer()).isFalse();
              });
    }
  }

  @Test
  void protocolsCanBeReplaced() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      acceptor.setAlpns(Alpn.of("test/2"));
      var server = accept(acceptor);
      try (Connection client = dialler.connect(acceptor.addr(), "test/2")) {
        exchange(client, server.get());
      }
      acceptor.setAlpns();
      assertThatThrownBy(() -> dialler.connect(acceptor.addr(), Alpn.of(ALPN), SOON))
          .isInstanceOf(DialTimeoutException.class);
      assertThat(acceptor.metrics().connections().notAcceptingDropped()).isPositive();
    }
  }

  @Test
  void ipv6LoopbackWorks() throws Exception {
    try (Endpoint acceptor = ipv6(Loopback.builder().clearIpTransports().alpns(ALPN)).bind();
        Endpoint dialler = ipv6(Loopback.builder().clearIpTransports()).bind()) {
      var server = accept(acceptor);
      try (Connection client = dialler.connect(acceptor.addr(), ALPN)) {
        exchange(client, server.get());
      }
    }
  }

  @Test
  void bothSocketsOfAnEndpointAreDialledAtOnce() throws Exception {
    try (Endpoint acceptor = ipv6(Loopback.builder().alpns(ALPN)).bind();
        Endpoint dialler = ipv6(Loopback.builder()).bind()) {
      assertThat(acceptor.addr().ipAddrs()).hasSize(2);
      for (int i = 0; i < Size.of(30, 1_000); i++) {
        var server = accept(acceptor);
        try (Connection client = dialler.connect(acceptor.addr(), ALPN);
            Connection served = server.get()) {
          exchange(client, served);
        }
      }
      // One dial is one incoming connection, whatever way its copies took.
      assertThatThrownBy(() -> acceptor.accept(Duration.ofMillis(50)))
          .isInstanceOf(DialkeyTimeoutException.class);
    }
  }

  @Test
  void onlyOneSocketReachesThePeer() throws Exception {
    for (boolean six : new boolean[] {false, true}) {
      var one = six ? ipv6(Loopback.builder().clearIpTransports()) : Loopback.builder();
      try (Endpoint acceptor = one.alpns(ALPN).bind();
          Endpoint dialler = ipv6(Loopback.builder()).bind()) {
        var server = accept(acceptor);
        try (Connection client = dialler.connect(acceptor.addr(), ALPN)) {
          exchange(client, server.get());
        }
      }
    }
  }

  @Test
  void interruptEndsADial() throws Exception {
    try (Endpoint endpoint = Loopback.builder().bind();
        Silence silence = new Silence(1)) {
      EndpointAddr dead = silence.addTo(EndpointAddr.of(someId()));
      var dial = Tasks.start(() -> endpoint.connect(dead, ALPN)).parked();
      dial.thread().interrupt();
      assertThat(dial.failure()).isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void cancelledDialsLeaveNothingBehind() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      for (int i = 0; i < 50; i++) {
        dialler.connectAsync(acceptor.addr(), ALPN).cancel(true);
        acceptor.acceptAsync().cancel(true);
      }
      // Those that came through are of no further use; the endpoint is.
      Tasks.awaitTrue(() -> noneIsWaiting(acceptor));
      var server = accept(acceptor);
      try (Connection client = dialler.connect(acceptor.addr(), ALPN);
          Connection served = server.get()) {
        exchange(client, served);
      }
    }
  }

  private static boolean noneIsWaiting(Endpoint acceptor) {
    try {
      acceptor.accept(Duration.ofMillis(100)).ifPresent(Incoming::ignore);
      return false;
    } catch (DialkeyTimeoutException e) {
      return true;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusedDialerIsTold() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      var dial = Tasks.start(() -> dialler.connect(acceptor.addr(), ALPN));
      Incoming incoming = acceptor.accept(Loopback.PATIENCE).orElseThrow();
      incoming.refuse();
      incoming.ignore(); // The first decision counts.
      assertThatThrownBy(incoming::accept).isInstanceOf(IllegalStateException.class);
      assertThat(dial.failure())
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              e ->
                  assertThat(e.reason())
                      .isInstanceOfSatisfying(
                          CloseReason.TransportClosed.class,
                          reason -> assertThat(reason.code()).isEqualTo(2)));
    }
  }

  @Test
  void ignoredDialerHearsNothingAndDoesNotShowUpAgain() throws Exception {
    var options = TransportOptions.builder().initialRtt(Duration.ofMillis(10)).build();
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().transport(options).bind()) {
      var alpn = Alpn.of(ALPN);
      var dial = Tasks.start(() -> dialler.connect(acceptor.addr(), alpn, SOON));
      acceptor.accept(Loopback.PATIENCE).orElseThrow().ignore();
      assertThat(dial.failure()).isInstanceOf(DialTimeoutException.class);
      assertThatThrownBy(() -> acceptor.accept(Duration.ZERO)) // Though it repeated its flight.
          .isInstanceOf(DialkeyTimeoutException.class);
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void acceptAfterTheEndpointIsClosedSaysSo() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      var dial = dialler.connectAsync(acceptor.addr(), ALPN);
      Incoming incoming = acceptor.accept(Loopback.PATIENCE).orElseThrow();
      acceptor.close();
      assertThatThrownBy(incoming::accept).isInstanceOf(EndpointClosedException.class);
      incoming.refuse(); // Does nothing.
      dial.cancel(true);
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void handshakeThatIsGivenUpIsNotLeft() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind()) {
      for (int i = 0; i < 30; i++) { // Often before the loop has fed the first packet.
        var dial = dialler.connectAsync(acceptor.addr(), ALPN);
        acceptor.accept(Loopback.PATIENCE).orElseThrow().accept().close();
        // The client may have come through before it was given up.
        assertThatThrownBy(() -> dial.get(20, TimeUnit.SECONDS).acceptBi(Loopback.PATIENCE))
            .isInstanceOfAny(ConnectionClosedException.class, ExecutionException.class);
      }
    }
  }

  @Test
  @Tag("stress")
  @SuppressWarnings("try") // Closing early is what is tested.
  void acceptQueueIsBoundedAndWhatIsDroppedIsCounted() throws Exception {
    int dials = 1_100; // The queue holds 1024.
    var options = TransportOptions.builder().initialRtt(Duration.ofSeconds(10)).build();
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().transport(options).bind()) {
      var futures = new ArrayList<java.util.concurrent.CompletableFuture<Connection>>();
      for (int i = 0; i < dials; i++) {
        futures.add(dialler.connectAsync(acceptor.addr(), ALPN));
      }
      Tasks.awaitTrue(() -> acceptor.metrics().connections().incomingDropped() >= dials - 1_024);
      assertThat(acceptor.metrics().connections().incomingDropped()).isEqualTo(dials - 1_024);
      acceptor.accept(Loopback.PATIENCE).orElseThrow().ignore();
      acceptor.close();
      dialler.close(Duration.ofMillis(100));
      futures.forEach(future -> assertThatThrownBy(future::join).isNotNull());
    }
  }

  @Test
  void hostileFirstPacketsHarmNobody() throws Exception {
    try (Endpoint acceptor = acceptor();
        Endpoint dialler = Loopback.builder().bind();
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      InetSocketAddress to = acceptor.boundSockets().getFirst();
      List<byte[]> packets = new ArrayList<>();
      for (int scidLength : new int[] {0, 8, 20, 21, 200}) {
        packets.add(initial(1, 8, scidLength));
      }
      packets.add(initial(1, 20, 8));
      for (byte[] packet : packets) {
        socket.send(new DatagramPacket(packet, packet.length, to));
        Incoming incoming = acceptor.accept(Loopback.PATIENCE).orElseThrow();
        try {
          incoming.accept().close();
        } catch (ConnectionClosedException e) {
          assertThat(e.reason()).isInstanceOf(CloseReason.TransportClosed.class);
        }
      }
      for (byte[] packet :
          List.of(initial(1, 7, 8), initial(1, 21, 8), new byte[1], new byte[2_000])) {
        socket.send(new DatagramPacket(packet, packet.length, to));
      }
      byte[] other = initial(0x0a1a2a3a, 8, 8);
      socket.send(new DatagramPacket(other, other.length, to));
      socket.receive(new DatagramPacket(new byte[1_500], 1_500)); // Version Negotiation.
      assertThat(acceptor.metrics().connections().versionNegotiationsSent()).isEqualTo(1);
      assertThat(acceptor.metrics().loops().malformedDropped()).isPositive();
      var server = accept(acceptor);
      try (Connection client = dialler.connect(acceptor.addr(), ALPN)) {
        exchange(client, server.get());
      }
    }
  }

  private static byte[] initial(int version, int dcidLength, int scidLength) {
    byte[] packet = new byte[1_200];
    var out = java.nio.ByteBuffer.wrap(packet).put((byte) 0xc3).putInt(version);
    out.put((byte) dcidLength).put(Pattern.bytes(dcidLength, dcidLength * 7 + scidLength));
    out.put((byte) scidLength).put(new byte[scidLength]);
    out.put((byte) 0).putShort((short) (0x4000 | (out.remaining() - 2)));
    return packet;
  }

  @Test
  void portInUseIsNamed() throws Exception {
    try (Endpoint first = Loopback.builder().bind()) {
      InetSocketAddress taken = first.boundSockets().getFirst();
      assertThatThrownBy(() -> Loopback.builder().bindAddr(taken).bind())
          .isInstanceOf(EndpointBindException.class)
          .hasMessageContaining(String.valueOf(taken.getPort()));
    }
  }

  private static Endpoint acceptor() throws Exception {
    return Loopback.builder().alpns(ALPN).bind();
  }

  private static Tasks.Task<Connection> accept(Endpoint acceptor) {
    return Tasks.start(() -> acceptor.accept().orElseThrow().accept().await());
  }

  private static void exchange(Connection client, Connection server) throws Exception {
    assertThat(server.side()).isEqualTo(Side.SERVER);
    try (var send = client.openUni()) {
      send.write(new byte[] {1, 2});
      send.finish();
      assertThat(server.acceptUni(Loopback.PATIENCE).readAll(2)).containsExactly(1, 2);
    }
  }

  private static EndpointBuilder ipv6(EndpointBuilder builder) throws Exception {
    return builder.bindAddr(new InetSocketAddress(ipv6Loopback(), 0));
  }

  private static InetAddress ipv6Loopback() throws IOException {
    byte[] address = new byte[16];
    address[15] = 1;
    return InetAddress.getByAddress(address);
  }

  private static EndpointId someId() {
    try (SecretKey key = SecretKey.generate()) {
      return key.endpointId();
    }
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Sockets that never answer. */
  private static final class Silence implements AutoCloseable {
    private final List<DatagramSocket> sockets = new ArrayList<>();

    Silence(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        sockets.add(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
      }
    }

    EndpointAddr addTo(EndpointAddr addr) {
      EndpointAddr result = addr;
      for (DatagramSocket socket : sockets) {
        result = result.withIp(loopback(socket.getLocalPort()));
      }
      return result;
    }

    @Override
    public void close() {
      sockets.forEach(DatagramSocket::close);
    }
  }
}
