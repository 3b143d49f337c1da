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
  private List<EarlyDatagram> waiting;
  private CloseReason.@Nullable ApplicationClosed close;

  EarlyFeed(List<EarlyDatagram> waiting) {
    this.waiting = waiting;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void set(EarlyDatagram datagram) {
    waiting = List.of(datagram);
  }

  void closeAfterwards(long code, byte[] reason) {
    close = new CloseReason.ApplicationClosed(code, reason);
  }

  /** Feeds what waits; returns the close that waited for it, if any. */
  CloseReason.@Nullable ApplicationClosed feed(
      PacketBatch room, NativeConnection engine, Route route, Flusher flusher, long nowNanos) {
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
    return then;
  }
}
