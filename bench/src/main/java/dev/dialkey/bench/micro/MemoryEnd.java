package dev.dialkey.bench.micro;

import dev.dialkey.addressing.SecretKey;
import dev.dialkey.bindings.BatchWriter;
import dev.dialkey.bindings.EventBatch;
import dev.dialkey.bindings.MemoryLink;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.NativeOption;
import dev.dialkey.bindings.NativeState;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.ResultSlots;
import dev.dialkey.bindings.TransmitBatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection without a socket. The lock is taken as a connection of the product takes
 * its own: once for what arrived, once for a flush. For one thread.
 */
final class MemoryEnd implements AutoCloseable {
  private static final byte[] ALPNS = "\6perf/0".getBytes(StandardCharsets.US_ASCII);
  private static final int STREAMS = 128;
  private static final int QUEUED_DATAGRAMS = 8;

  final ReentrantLock lock = new ReentrantLock();
  final PacketBatch received;
  final EventBatch events;

  private final SecretKey key;
  private final NativeConfig config;
  private final NativeMemory memory = new NativeMemory();
  private final ResultSlots slots = memory.newResultSlots();
  private final TransmitBatch toSend = memory.newTransmitBatch();
  private final BatchWriter inbox;
  private final NativeAddress address;

  private @Nullable MemoryLink link;
  private @Nullable NativeConnection connection;

  private MemoryEnd(SecretKey key, NativeConfig config, int port) {
    this.key = key;
    this.config = config;
    received = memory.newPacketBatch();
    events = memory.newEventBatch();
    inbox = new BatchWriter(received);
    address = NativeAddress.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** An end of its own key; the port only tells the ends apart. */
  static MemoryEnd open(int port) {
    SecretKey key = SecretKey.generate();
    return new MemoryEnd(key, settings(key.toBytes()), port);
  }

  /**
   * No timer of these connections is ever served: nothing gets lost, nothing is paced, and nothing
   * happens in the pauses that a benchmark makes.
   */
  private static NativeConfig settings(byte[] seed) {
    NativeConfig config = NativeConfig.open(seed);
    config.acceptAlpns(ALPNS);
    config.set(NativeOption.IDLE_TIMEOUT_MS, 0);
    config.set(NativeOption.KEEP_ALIVE_MS, 0);
    config.set(NativeOption.PACING, 0);
    config.set(NativeOption.HYSTART, 0);
    config.set(NativeOption.MAX_STREAMS_BIDI, STREAMS);
    config.set(NativeOption.DGRAM_RECV_QUEUE, QUEUED_DATAGRAMS);
    return config;
  }

  /** What this end sends arrives there. */
  void linkTo(MemoryEnd peer) {
    link = new MemoryLink(toSend, peer.inbox, address, peer.address);
  }

  void dial(MemoryEnd peer) {
    connection =
        NativeConnection.connect(
            config,
            slots,
            peer.key.endpointId().toBytes(),
            ALPNS,
            address,
            peer.address,
            System.nanoTime());
  }

  /** Takes the connection that the first datagram asks for. */
  void accept(MemoryEnd peer) {
    byte[] initial = received.copy(0, 0, received.length(0));
    connection =
        NativeConnection.accept(config, slots, initial, address, peer.address, System.nanoTime());
  }

  NativeConnection connection() {
    NativeConnection current = connection;
    if (current == null) {
      throw new IllegalStateException("neither dialled nor accepted yet");
    }
    return current;
  }

  boolean isConfirmed() {
    return (connection().state().flags() & NativeState.CONFIRMED) != 0;
  }

  /** Feeds what arrived and looks at every event; returns datagrams fed. */
  int receive(long now) {
    lock.lock();
    try {
      int datagrams = feed(now);
      if (datagrams > 0) {
        lookAtEvents();
      }
      return datagrams;
    } finally {
      lock.unlock();
    }
  }

  /** Feeds what arrived; returns datagrams fed. Under the lock, where there is another thread. */
  int feed(long now) {
    int datagrams = received.size();
    if (datagrams > 0) {
      connection().receive(now, received, 0, datagrams);
      inbox.clear();
    }
    return datagrams;
  }

  /** Fetches events and reads each; returns a digest, so that the reading is not optimised away. */
  long lookAtEvents() {
    long digest = 0;
    int count;
    do {
      count = events.fetchFrom(connection());
      digest += digest(count);
    } while (events.mayHaveMore(count));
    return digest;
  }

  /** What the fetched events say. */
  long digest(int count) {
    long digest = 0;
    for (int i = 0; i < count; i++) {
      digest = digest * 31 + events.kind(i) + events.a(i) + events.b(i);
    }
    return digest;
  }

  /** Sends what the engine has and asks for its next deadline, as the end of a turn does. */
  long flush(long now) {
    lock.lock();
    try {
      sendAll(now);
      return connection().timeoutAt(now);
    } finally {
      lock.unlock();
    }
  }

  /** Sends what the engine has. Under the lock. */
  void sendAll(long now) {
    MemoryLink toPeer = link;
    if (toPeer == null) {
      throw new IllegalStateException("linked to no peer yet");
    }
    NativeConnection engine = connection();
    do {
      toSend.fillFrom(engine, now);
      toPeer.carry();
    } while (toSend.mayBeCutShort());
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
    config.close();
    memory.close();
    key.close();
  }
}
