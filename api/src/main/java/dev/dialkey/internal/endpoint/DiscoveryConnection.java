package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.EventBatch;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeEvent;
import dev.dialkey.bindings.NativeState;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.holepunch.ObservedAddress;
import dev.dialkey.internal.loop.ConnectionTable;
import dev.dialkey.internal.loop.Driven;
import dev.dialkey.internal.loop.EndpointLoop;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.UdpTransport;
import dev.dialkey.internal.machine.Machine;
import dev.dialkey.internal.reflexive.ServerConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A QUIC connection to a server that tells where it sees us, from the endpoint's own socket. It has
 * no streams. Its lock guards the native connection; the home loop alone frees that, or whoever
 * stops the loops.
 */
final class DiscoveryConnection extends Driven implements ServerConnection {
  /** Whoever closes says so; the server takes any other code for an error. */
  private static final long FINISHED = 1;

  private static final byte[] REASON = "finished".getBytes(StandardCharsets.US_ASCII);

  /** Where this connection and its loop belong. */
  record Place(Machine machine, EndpointLoop home, ConnectionTable table, TransmitPool pool) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final NativeConnection engine;
  private final NativeAddress server;
  private final Place place;
  private final Listener listener;
  private final Consumer<DiscoveryConnection> freed;

  // Guarded by lock.
  private final List<Long> ids = new ArrayList<>();
  private long lastSeq = -1;
  private @Nullable InetSocketAddress lastTold;
  private boolean pinged;
  private boolean over;
  private boolean gone;
  private int flags;
  private long deadlineNanos = NO_DEADLINE;

  /**
   * A connection whose first flight is still to be sent.
   *
   * @param server its address, also as the engine knows it
   * @param freed is told when the native connection is freed, under the lock
   */
  DiscoveryConnection(
      NativeConnection engine,
      NativeAddress server,
      Place place,
      Listener listener,
      Consumer<DiscoveryConnection> freed) {
    this.engine = engine;
    this.server = server;
    this.place = place;
    this.listener = listener;
    this.freed = freed;
  }

  /** Has the loop send the first flight. */
  void start() {
    place.home.post(this);
  }

  @Override
  public EndpointLoop home() {
    return place.home;
  }

  @Override
  public void receive(EndpointLoop loop, PacketBatch batch, int first, int count, long nowNanos) {
    lock.lock();
    try {
      for (int i = first; i < first + count && !gone; i++) {
        if (batch.isFrom(i, server)) {
          // The engine's own address is the same for the whole life, wherever packets arrive.
          batch.readdress(i, server, VirtualAddresses.LOCAL);
          engine.receive(nowNanos, batch, i, 1);
        }
      }
      if (!gone) {
        handleEvents(loop.scratch().events());
        reportAnswer();
      }
    } finally {
      lock.unlock();
    }
  }

  private void reportAnswer() {
    if (pinged && !over) {
      pinged = false;
      listener.alive(rttNanos());
    }
  }

  @Override
  public long service(EndpointLoop loop, long nowNanos) {
    lock.lock();
    try {
      if (gone) {
        return GONE;
      }
      if (deadlineNanos - nowNanos <= 0) {
        engine.onTimeout(nowNanos);
      }
      handleEvents(loop.scratch().events()); // Its ids come first: an answer must find it.
      flush(nowNanos);
      handleEvents(loop.scratch().events());
      if ((flags & (NativeState.CLOSED | NativeState.POISONED)) != 0) {
        free();
        return GONE;
      }
      return refreshDeadline(nowNanos);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endForeignTurn(long nowNanos) {
    lock.lock();
    try {
      if (!gone) {
        flush(nowNanos);
        deadlineMoved(refreshDeadline(nowNanos), nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release() {
    // It has no readers to hold.
  }

  @Override
  public void giveUp() {
    abandon();
  }

  /** Frees the native connection at once; for a loop that stops, and after a mistake of ours. */
  void abandon() {
    lock.lock();
    try {
      if (!gone) {
        end("given up");
        free();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ping() {
    lock.lock();
    try {
      if (!gone && !over) {
        pinged = true;
        engine.paths().ping(0);
        place.home.post(this);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (gone || over) {
        return;
      }
      over = true; // Nobody wants to know how it goes on.
      long nowNanos = place.machine.nanoTime();
      engine.closeApplication(nowNanos, FINISHED, REASON);
      flush(nowNanos);
      place.home.post(this);
    } finally {
      lock.unlock();
    }
  }

  private void flush(long nowNanos) {
    UdpTransport transport = place.home.transport();
    boolean more = true;
    while (more) {
      if (transport.isFull()) {
        transport.awaitRoom(this);
        return;
      }
      TransmitBatch batch = place.pool.takeOrAwait(this);
      if (batch == null) {
        return;
      }
      if (batch.fillFrom(engine, nowNanos) <= 0) {
        place.pool.giveBack(batch);
        return;
      }
      more = batch.mayBeCutShort();
      for (int i = 0; i < batch.size(); i++) {
        batch.redirect(i, server);
      }
      more &= transport.sendAndRelease(batch, this);
    }
  }

  private long refreshDeadline(long nowNanos) {
    deadlineNanos = engine.timeoutAt(nowNanos);
    return deadlineNanos;
  }

  private void handleEvents(EventBatch events) {
    int count;
    do {
      count = events.fetchFrom(engine);
      for (int i = 0; i < count; i++) {
        handle(events, i);
      }
    } while (events.mayHaveMore(count));
  }

  private void handle(EventBatch events, int i) {
    switch (events.kind(i)) {
      case NativeEvent.STATE -> onState((int) events.a(i));
      case NativeEvent.CID_ISSUED -> {
        if (place.table.putIfAbsent(events.connectionId(i), this)) {
          ids.add(events.connectionId(i));
        }
      }
      case NativeEvent.CID_RETIRED -> {
        place.table.remove(events.connectionId(i), this);
        ids.remove(events.connectionId(i));
      }
      case NativeEvent.FRAME ->
          ObservedAddress.parse(events.a(i), events.payload(i)).ifPresent(this::onObserved);
      default -> {
        // Nothing else concerns a connection without streams.
      }
    }
  }

  private void onObserved(ObservedAddress told) {
    if (told.seq() <= lastSeq) {
      return; // Packets overtake one another.
    }
    lastSeq = told.seq();
    if (!over && !told.address().equals(lastTold)) {
      lastTold = told.address();
      listener.observed(told.address(), rttNanos());
    }
  }

  private void onState(int newFlags) {
    flags |= newFlags;
    if ((flags & (NativeState.DRAINING | NativeState.CLOSED | NativeState.POISONED)) != 0) {
      end(DiscoveryFailures.describe(engine.state(), engine.closeReason()));
    }
  }

  private void end(String reason) {
    if (!over) {
      over = true;
      listener.failed(reason);
    }
  }

  private long rttNanos() {
    var paths = engine.paths().list();
    return paths.isEmpty() ? 0 : paths.getFirst().rttNanos();
  }

  private void free() {
    ids.forEach(id -> place.table.remove(id, this));
    gone = true;
    engine.close();
    freed.accept(this);
  }
}
