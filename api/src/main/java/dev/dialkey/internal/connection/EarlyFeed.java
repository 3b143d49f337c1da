package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.PacketBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that came outside the usual way, before the application accepted or without an id of
 * ours, and a close that must not overtake them: without them the peer could not read it. Guarded
 * by the connection's lock.
 */
final class EarlyFeed {
  private final NativeConnection engine;
  private final Route route;
  private final Flusher flusher;
  private final Lifecycle lifecycle;
  private List<EarlyDatagram> waiting;
  private CloseReason.@Nullable ApplicationClosed close;

  EarlyFeed(
      NativeConnection engine,
      Route route,
      Flusher flusher,
      Lifecycle lifecycle,
      List<EarlyDatagram> waiting) {
    this.engine = engine;
    this.route = route;
    this.flusher = flusher;
    this.lifecycle = lifecycle;
    this.waiting = waiting;
  }

  /**
   * Adds one unless there is one: the peer answers every packet with a reset, and one is enough.
   */
  boolean offer(EarlyDatagram datagram) {
    boolean added = waiting.isEmpty();
    if (added) {
      waiting = List.of(datagram);
    }
    return added;
  }

  /** Feeds what waits, and then closes if that has waited too. */
  void feed(PacketBatch room, long nowNanos) {
    List<EarlyDatagram> datagrams = waiting;
    waiting = List.of();
    for (EarlyDatagram datagram : datagrams) {
      room.setSingle(datagram.bytes(), datagram.from(), datagram.to());
      if (route.admit(room, 0, 1) == 1) {
        engine.receive(nowNanos, room, 0, 1);
        flusher.markDirty();
      }
    }
    CloseReason.ApplicationClosed then = close;
    close = null;
    if (then != null) {
      closeEngine(nowNanos, then.code(), then.reason());
    }
  }

  /** Closes the engine, now or after what waits was fed. */
  void closeBehind(long nowNanos, long code, byte[] reason) {
    if (waiting.isEmpty()) {
      closeEngine(nowNanos, code, reason);
    } else {
      close = new CloseReason.ApplicationClosed(code, reason);
    }
  }

  private void closeEngine(long nowNanos, long code, byte[] reason) {
    if (!lifecycle.isEstablished()) {
      // The engine closes with its newest keys; the peer needs our hello to have them too.
      flusher.flush(nowNanos);
    }
    engine.closeApplication(nowNanos, code, reason);
    flusher.markDirty();
  }
}
