package dev.dialkey.bindings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One end of a connection over a real socket, turned by the thread of the test. */
final class LoopbackPeer implements AutoCloseable {
  static final byte[] ALPN = "test".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ALPN_LIST = "\4test".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY_BYTES = 32;

  final byte[] seed;
  final byte[] publicKey;
  final NativeConfig config;
  final NativeSocket socket;
  final NativeMemory memory = new NativeMemory();
  final ResultSlots slots = memory.newResultSlots();
  final PacketBatch received = memory.newPacketBatch();
  final TransmitBatch toSend = memory.newTransmitBatch();
  final EventBatch events = memory.newEventBatch();

  /** Connection ids reported as issued and not retired. */
  final Set<Long> connectionIds = new HashSet<>();

  /** Kinds of events seen so far. */
  final Set<Integer> seen = new HashSet<>();

  /** All of them, with their arguments. */
  final List<Event> log = new ArrayList<>();

  record Event(int kind, long a, long b) {}

  private @Nullable NativeConnection connection;

  private LoopbackPeer(byte[] seed, byte[] publicKey, NativeSocket socket) {
    this.seed = seed;
    this.publicKey = publicKey;
    this.socket = socket;
    this.config = NativeConfig.open(seed);
    config.acceptAlpns(ALPN_LIST);
    config.set(NativeOption.MAX_STREAMS_BIDI, 4);
    config.set(NativeOption.DGRAM_RECV_QUEUE, 8);
    config.transportParameter(0x3e, new byte[] {7}); // Multipath, up to path 7.
    config.transportParameter(0x3d7f91120401L, new byte[] {32}); // NAT traversal.
  }

  static byte[] alpnList() {
    return ALPN_LIST.clone();
  }

  static LoopbackPeer open(String host) throws IOException, GeneralSecurityException {
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] seed = ((EdECPrivateKey) keys.getPrivate()).getBytes().orElseThrow();
    byte[] encoded = keys.getPublic().getEncoded();
    byte[] publicKey = Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
    return new LoopbackPeer(
        seed, publicKey, NativeSocket.open(new InetSocketAddress(InetAddress.ofLiteral(host), 0)));
  }

  NativeAddress address() {
    return socket.boundAddress();
  }

  boolean hasConnection() {
    return connection != null;
  }

  NativeConnection connection() {
    return Objects.requireNonNull(connection);
  }

  void dial(LoopbackPeer peer) {
    connection =
        NativeConnection.connect(
            config, slots, peer.publicKey, ALPN_LIST, address(), peer.address(), now());
  }

  static long now() {
    return System.nanoTime();
  }

  /** Takes what came, accepts a first packet, fires timers, reports events and sends. */
  void turn() {
    if (socket.receive(received) > 0) {
      if (!hasConnection()) {
        byte[] first = received.copy(0, 0, received.length(0));
        connection =
            NativeConnection.accept(config, slots, first, received.to(0), received.from(0), now());
      }
      connection().receive(now(), received, 0, received.size());
    }
    if (hasConnection()) {
      if (connection().timeoutAt(now()) <= now()) {
        connection().onTimeout(now());
      }
      fetchEvents();
      flush();
    }
  }

  private void fetchEvents() {
    int count;
    do {
      count = events.fetchFrom(connection());
      for (int i = 0; i < count; i++) {
        seen.add(events.kind(i));
        log.add(new Event(events.kind(i), events.a(i), events.b(i)));
        if (events.kind(i) == NativeEvent.CID_ISSUED) {
          connectionIds.add(events.connectionId(i));
        } else if (events.kind(i) == NativeEvent.CID_RETIRED) {
          connectionIds.remove(events.connectionId(i));
        }
      }
    } while (events.mayHaveMore(count));
  }

  void flush() {
    do {
      int entries = toSend.fillFrom(connection(), now());
      for (int sent = 0; sent < entries; ) {
        sent += socket.send(toSend, sent, entries - sent);
        if (sent < entries) {
          socket.await(1_000_000, true);
        }
      }
    } while (toSend.mayBeCutShort());
  }

  /** Sends one datagram that no connection made. */
  void sendRaw(byte[] datagram, NativeAddress to) {
    toSend.setSingle(datagram, NativeAddress.NONE, to);
    if (socket.send(toSend, 0, 1) != 1) {
      throw new AssertionError("the socket is full");
    }
  }

  /** Waits for datagrams, feeding them to nothing. */
  void awaitDatagrams() {
    while (socket.receive(received) == 0) {
      int ready = socket.await(10_000_000_000L, false);
      if (!NativeSocket.isReadable(ready)) {
        throw new AssertionError("nothing arrived");
      }
    }
  }

  boolean is(int flag) {
    return hasConnection() && (connection().state().flags() & flag) != 0;
  }

  /** Frees the connection without a word to the peer. */
  void forget() {
    connection().close();
    connection = null;
  }

  @Override
  public void close() {
    if (hasConnection()) {
      forget();
    }
    config.close();
    socket.close();
    memory.close();
  }
}
