package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeLeakCheck.class)
class NativeConnectionTest {
  private static final long STREAM = 0;
  private static final int MEGABYTE = 1 << 20;
  private static final int HEAP_PIECE = 65_536;
  private static final int CONNECTION_REFUSED = 2;
  private static final int STATE_RESET = 32;
  private static final int SMALLEST_INITIAL = 1_200;

  private LoopbackPeer client;
  private LoopbackPeer server;

  @BeforeEach
  void open() throws Exception {
    client = LoopbackPeer.open("127.0.0.1");
    server = LoopbackPeer.open("127.0.0.1");
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void handshakeProvesKeysAndAgreesOnAProtocol() throws Exception {
    connect();

    assertThat(client.connection().peerKey()).isEqualTo(server.publicKey);
    assertThat(server.connection().peerKey()).isEqualTo(client.publicKey);
    assertThat(client.connection().alpn()).isEqualTo(LoopbackPeer.ALPN);
    assertThat(server.connection().alpn()).isEqualTo(LoopbackPeer.ALPN);
    assertThat(client.connection().state().origin()).isEqualTo(NativeState.Origin.NONE);
    assertThat(client.seen).contains(NativeEvent.STATE, NativeEvent.PEER_PINNED);
    NativeStats stats = client.connection().stats();
    assertThat(stats.get(NativeStats.SENT_PACKETS)).isPositive();
    assertThat(stats.get(NativeStats.RECEIVED_BYTES)).isGreaterThan(SMALLEST_INITIAL);
    assertThat(client.connection().paths().list())
        .singleElement()
        .satisfies(path -> {
          assertThat(path.peer()).isEqualTo(server.address());
          assertThat(path.active()).isTrue();
          assertThat(path.mtu()).isGreaterThanOrEqualTo(SMALLEST_INITIAL);
        });
  }

  @Test
  void ipv6CarriesAConnection() throws Exception {
    close();
    client = LoopbackPeer.open("::1");
    server = LoopbackPeer.open("::1");

    connect();

    assertThat(server.received.from(0).family()).isEqualTo(6);
  }

  @Test
  void packetsCarryAnIssuedConnectionId() throws Exception {
    connect();
    client.connection().streamFinish(LoopbackPeer.now(), STREAM);
    client.turn();
    server.awaitDatagrams();

    // A short header: one byte, then the id.
    assertThat(server.connectionIds).contains(server.received.longAt(0, 1));
    server.connection().receive(LoopbackPeer.now(), server.received, 0, server.received.size());
  }

  @Test
  void aMegabyteComesBackThroughArraysAndNativeMemory() throws Exception {
    connect();
    byte[] data = new byte[MEGABYTE];
    new Random(1).nextBytes(data);
    byte[] back = new byte[MEGABYTE];
    try (Arena arena = Arena.ofConfined()) {
      Echo echo = new Echo(arena.allocate(MEGABYTE));
      ArrayClient user = new ArrayClient(data, back);
      until(() -> {
        user.step();
        echo.step();
        return user.ended;
      });
      assertThat(echo.bytes.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(data);
    }
    assertThat(back).isEqualTo(data);
  }

  @Test
  void aFullBatchIsOneSystemCall() throws Exception {
    assumeThat(client.socket.maxSendSegments()).isGreaterThan(1);
    connect();
    byte[] data = new byte[HEAP_PIECE];
    List<Integer> sends = new ArrayList<>();
    until(() -> {
      client.connection().streamSend(LoopbackPeer.now(), STREAM, data, 0, data.length, false);
      int entries = client.toSend.fillFrom(client.connection(), LoopbackPeer.now());
      if (client.toSend.mayBeCutShort()) {
        sends.add(entries);
      }
      client.socket.send(client.toSend, 0, entries);
      server.turn();
      server.connection().streamReceive(LoopbackPeer.now(), STREAM, data, 0, data.length);
      // The first ones hold probes of the path MTU.
      return sends.size() == 20;
    });

    assertThat(sends.subList(10, 20)).containsOnly(1);
  }

  @Test
  void codesOfResetAndStopArrive() throws Exception {
    connect();
    send(client, "x");
    until(() -> server.seen.contains(NativeEvent.STREAM_READABLE));
    assertThat(server.connection().streamReset(LoopbackPeer.now(), STREAM, 77)).isZero();
    byte[] buffer = new byte[10];

    until(() ->
        client.connection().streamReceive(LoopbackPeer.now(), STREAM, buffer, 0, 10)
            == NativeStatus.STREAM_RESET);
    assertThat(client.connection().streamErrorCode()).isEqualTo(77);

    // After the reset was read: a stream of which both sides are over is forgotten.
    assertThat(server.connection().streamStop(LoopbackPeer.now(), STREAM, 88)).isZero();
    until(() -> send(client, "y") == NativeStatus.STREAM_STOPPED);
    assertThat(client.connection().streamErrorCode()).isEqualTo(88);
  }

  @Test
  void aCloseTellsWhoWhyAndWithWhatWords() throws Exception {
    connect();
    byte[] reason = "good bye".getBytes(StandardCharsets.UTF_8);

    client.connection().closeApplication(LoopbackPeer.now(), 4_711, reason);
    until(() -> server.is(NativeState.DRAINING));

    assertThat(server.connection().state().origin()).isEqualTo(NativeState.Origin.PEER_APPLICATION);
    assertThat(server.connection().state().errorCode()).isEqualTo(4_711);
    assertThat(server.connection().closeReason()).isEqualTo(reason);
    assertThat(client.connection().state().origin())
        .isEqualTo(NativeState.Origin.LOCAL_APPLICATION);
    assertThat(client.connection().closeReason()).isEqualTo(reason);
  }

  @Test
  void creditLimitsStreams() throws Exception {
    connect();
    byte[] one = new byte[1];

    for (long stream = 0; stream < 16; stream += 4) {
      assertThat(client.connection().streamSend(LoopbackPeer.now(), stream, one, 0, 1, false))
          .isOne();
    }
    assertThat(client.connection().streamSend(LoopbackPeer.now(), 16, one, 0, 1, false))
        .isEqualTo(NativeStatus.STREAM_LIMIT);
  }

  @Test
  void aForgottenConnectionIsResetByAnyConfigurationOfTheSameSeed() throws Exception {
    connect();
    server.forget();
    send(client, "anybody there?");
    client.turn();
    server.awaitDatagrams();
    byte[] reset;
    try (NativeConfig nextLife = NativeConfig.open(server.seed);
        NativeConfig stranger = NativeConfig.open(client.seed)) {
      assertThat(stranger.statelessReset(server.received, 0)).isEmpty();
      reset = nextLife.statelessReset(server.received, 0);
    }
    assertThat(reset.length).isBetween(21, server.received.length(0) - 1);

    server.sendRaw(reset, client.address());
    until(client, () -> client.is(STATE_RESET));

    assertThat(client.connection().state().origin()).isEqualTo(NativeState.Origin.STATELESS_RESET);
  }

  @Test
  void aRefusalEndsTheDial() throws Exception {
    client.dial(server);
    client.turn();
    server.awaitDatagrams();
    byte[] initial = server.received.copy(0, 0, server.received.length(0));

    byte[] answer = server.config.refuse(initial, server.received.from(0));
    server.sendRaw(answer, client.address());
    until(client, () -> client.is(NativeState.DRAINING));

    assertThat(client.connection().state().origin()).isEqualTo(NativeState.Origin.PEER_TRANSPORT);
    assertThat(client.connection().state().errorCode()).isEqualTo(CONNECTION_REFUSED);
    assertThat(server.config.refuse(new byte[0], client.address())).isEmpty();
    assertThat(server.config.refuse(Arrays.copyOf(initial, 100), client.address())).isEmpty();
  }

  @Test
  void aForeignVersionIsAnsweredWithOurs() {
    byte[] packet = new byte[SMALLEST_INITIAL];
    byte[] head = {(byte) 0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 2, 11, 12, 3, 21, 22, 23};
    System.arraycopy(head, 0, packet, 0, head.length);

    byte[] answer = negotiation(packet);

    assertThat(answer[0] & 0x80).isEqualTo(0x80);
    // Version 0, the ids in exchanged places, then the versions on offer.
    assertThat(Arrays.copyOfRange(answer, 1, 12))
        .containsExactly(0, 0, 0, 0, 3, 21, 22, 23, 2, 11, 12);
    assertThat(versions(answer, 12)).contains(1).doesNotContain(0x1a2a3a4a);
    assertThat(negotiation(Arrays.copyOf(packet, SMALLEST_INITIAL - 1))).isEmpty();
    packet[1] = packet[2] = packet[3] = 0;
    packet[4] = 1;
    assertThat(negotiation(packet)).isEmpty();
    assertThat(negotiation(new byte[0])).isEmpty();
  }

  @Test
  void whatIsNoInitialIsNotAccepted() {
    for (int length : new int[] {0, 1, 20, SMALLEST_INITIAL}) {
      assertThatThrownBy(() ->
              NativeConnection.accept(
                  server.config,
                  server.slots,
                  new byte[length],
                  server.address(),
                  client.address(),
                  LoopbackPeer.now()))
          .isInstanceOf(NativeException.class)
          .hasMessageStartingWith("native call failed with -");
    }
  }

  @Test
  void keysOfAnotherLengthAreRefusedBeforeTheyAreRead() {
    byte[] alpns = {1, 'x'};
    for (int length : new int[] {0, 31, 33}) {
      assertThatThrownBy(() -> NativeConfig.open(new byte[length]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() ->
              NativeConnection.connect(
                  client.config,
                  client.slots,
                  new byte[length],
                  alpns,
                  client.address(),
                  server.address(),
                  LoopbackPeer.now()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static List<Integer> versions(byte[] answer, int from) {
    List<Integer> versions = new ArrayList<>();
    ByteBuffer list = ByteBuffer.wrap(answer, from, answer.length - from);
    while (list.hasRemaining()) {
      versions.add(list.getInt());
    }
    return versions;
  }

  private byte[] negotiation(byte[] packet) {
    server.received.setSingle(packet, client.address(), server.address());
    return server.config.versionNegotiation(server.received, 0);
  }

  private static long send(LoopbackPeer peer, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return peer.connection().streamSend(LoopbackPeer.now(), STREAM, bytes, 0, bytes.length, false);
  }

  /**
   * Ends a stream and sends that at once: quiche 0.30.0 takes an end that comes alone after
   * everything was acknowledged for acknowledged too, and forgets to send it if another
   * acknowledgement is processed before.
   */
  private static boolean finish(LoopbackPeer peer) {
    long result = peer.connection().streamFinish(LoopbackPeer.now(), STREAM);
    peer.flush();
    return result == 0;
  }

  private void connect() throws Exception {
    client.dial(server);
    until(() -> client.is(NativeState.CONFIRMED) && server.is(NativeState.CONFIRMED));
  }

  private void until(BooleanSupplier condition) {
    until(client, condition, server);
  }

  private static void until(LoopbackPeer one, BooleanSupplier condition, LoopbackPeer... others) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      one.turn();
      for (LoopbackPeer other : others) {
        other.turn();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("it does not come true: " + one.connection().state());
      }
    }
  }

  /** Sends an array in pieces and collects what comes back in another. */
  private final class ArrayClient {
    private final byte[] data;
    private final byte[] back;
    private int sent;
    private int taken;
    private boolean finished;
    private boolean ended;

    ArrayClient(byte[] data, byte[] back) {
      this.data = data;
      this.back = back;
    }

    void step() {
      int piece = Math.min(data.length - sent, HEAP_PIECE);
      NativeConnection connection = client.connection();
      if (piece > 0) {
        sent +=
            (int)
                Math.max(
                    connection.streamSend(LoopbackPeer.now(), STREAM, data, sent, piece, false), 0);
      } else if (!finished) {
        finished = finish(client);
      }
      int room = Math.max(Math.min(back.length - taken, HEAP_PIECE), 1);
      int at = Math.min(taken, back.length - 1);
      long n = connection.streamReceive(LoopbackPeer.now(), STREAM, back, at, room);
      if (n >= 0) {
        taken += (int) n;
        ended = (connection.receiveFlags() & NativeConnection.RECEIVED_END) != 0;
      }
    }
  }

  /** Sends back what it receives, out of native memory. */
  private final class Echo {
    private final MemorySegment bytes;
    private long received;
    private long sent;
    private boolean ended;
    private boolean finished;

    Echo(MemorySegment bytes) {
      this.bytes = bytes;
    }

    void step() {
      NativeConnection connection = server.connection();
      long now = LoopbackPeer.now();
      if (!ended) {
        // At least one byte of room, for the end alone may be waiting.
        long at = Math.min(received, bytes.byteSize() - 1);
        int room = (int) (bytes.byteSize() - at);
        long n = connection.streamReceive(now, STREAM, bytes.address() + at, room);
        if (n >= 0) {
          received += n;
          ended = (connection.receiveFlags() & NativeConnection.RECEIVED_END) != 0;
        }
      }
      if (sent < received) {
        long n = connection.streamSend(now, STREAM, bytes.address() + sent, received - sent, false);
        sent += Math.max(n, 0);
      } else if (ended && !finished) {
        finished = finish(server);
      }
    }
  }
}
