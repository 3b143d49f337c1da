package dev.dialkey.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The native memory of one endpoint: slabs, batches and small results, all freed together. Closing
 * it stops every thread of the JVM for a moment, so there is one per endpoint and never one per
 * connection. Thread-safe.
 */
public final class NativeMemory implements AutoCloseable {
  private final Arena arena = Arena.ofShared();

  MemorySegment allocate(long bytes) {
    return arena.allocate(bytes, 64);
  }

  /**
   * What a call wrote that returns the full length of a text, be it longer than the buffer, or a
   * status below zero.
   */
  static byte[] written(MemorySegment buffer, int length) {
    return buffer
        .asSlice(0, Math.clamp(length, 0, buffer.byteSize()))
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /** A slab for one loop's received datagrams. */
  public PacketBatch newPacketBatch() {
    return PacketBatch.forSocket(this);
  }

  /** A small slab, to be filled by {@link PacketBatch#add}. */
  public PacketBatch newSmallPacketBatch() {
    return PacketBatch.forFew(this);
  }

  /** Room for one datagram that comes from elsewhere. */
  public PacketBatch newSinglePacketBatch() {
    return PacketBatch.forOne(this);
  }

  /** Room for what one flush produces. */
  public TransmitBatch newTransmitBatch() {
    return new TransmitBatch(this);
  }

  /** Room for the events of one call. */
  public EventBatch newEventBatch() {
    return new EventBatch(this);
  }

  /** Small result slots, one per connection. */
  public ResultSlots newResultSlots() {
    return new ResultSlots(this);
  }

  /** Frees all of it; nothing made here may be used after. */
  @Override
  public void close() {
    arena.close();
  }
}
