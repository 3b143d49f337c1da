package dev.dialkey.cli.perfpeer;

import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingDeque;

/** Buffers to read bulk data into, used again by stream after stream. Thread-safe. */
final class BulkBuffers {
  /** What the library reads at once at most, and then some streams' worth of it. */
  private static final int BYTES = 1024 * 1024;

  private static final int MAX_KEPT = 64;

  private final Memory memory;
  private final LinkedBlockingDeque<ByteBuffer> kept = new LinkedBlockingDeque<>(MAX_KEPT);

  BulkBuffers(Memory memory) {
    this.memory = memory;
  }

  /** The one that was given back last, for it is the likeliest to be in a cache; or a new one. */
  ByteBuffer take() {
    ByteBuffer buffer = kept.pollFirst();
    return buffer == null ? memory.allocate(BYTES) : buffer;
  }

  /** Gives a buffer back; beyond the limit it is left to the collector. */
  void giveBack(ByteBuffer buffer) {
    kept.offerFirst(buffer);
  }
}
