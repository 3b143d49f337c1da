package dev.dialkey.internal.loop;

import dev.dialkey.bindings.PacketBatch;
import org.jspecify.annotations.Nullable;

/** Decides what to do with a datagram whose destination is no connection id of ours. */
public interface StrayPackets {

  /**
   * Handles datagram {@code i}: a first flight, another version, a connection of a former life.
   *
   * @return the connection it belongs to after all, or null when it was dealt with
   */
  @Nullable Driven handle(EndpointLoop loop, PacketBatch batch, int i, long nowNanos);
}
