package dev.dialkey.internal.connection;

import java.util.BitSet;

/**
 * Tells the first sight of a stream that the peer opened from a later one, for one of the two
 * kinds. Streams may show up out of order (RFC 9000 section 2.1), so the ids below the highest are
 * remembered until they were seen. Guarded by the connection's lock.
 */
final class PeerStreamIds {
  /**
   * How far the lowest unseen stream may lie behind the highest: a peer that never uses one of its
   * streams makes us remember one bit per later stream, 128 KiB at this limit. Beyond it the unused
   * stream counts as seen.
   */
  static final int MAX_SPAN = 1 << 20;

  private static final int ID_STEP = 4;

  /** Every index below this was seen; bit {@code n} tells of index {@code base + n}. */
  private long base;

  private BitSet seen = new BitSet();

  /** True the first time it is called with this id. */
  boolean firstSight(long streamId) {
    long index = streamId / ID_STEP;
    if (index - base >= MAX_SPAN) {
      forget(index - base - MAX_SPAN + 1);
    }
    if (index < base || seen.get((int) (index - base))) {
      return false;
    }
    seen.set((int) (index - base));
    int prefix = seen.nextClearBit(0);
    if (prefix == seen.length() || prefix >= 4096) {
      // Usually there is no gap, and nothing stays remembered.
      forget(prefix);
    }
    return true;
  }

  private void forget(long count) {
    seen = count >= seen.length() ? new BitSet() : seen.get((int) count, seen.length());
    base += count;
  }
}
