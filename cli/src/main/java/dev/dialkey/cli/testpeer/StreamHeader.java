package dev.dialkey.cli.testpeer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the dialer says first: who sends what.
 *
 * @param flags a set of {@link #DIALER_SENDS} and {@link #LISTENER_SENDS}
 * @param chunkBytes size of a chunk
 * @param intervalMicros time between chunks, 0 for no pace
 * @param chunks how many, 0 for no end
 */
record StreamHeader(int flags, long chunkBytes, long intervalMicros, long chunks) {
  static final int DIALER_SENDS = 1;
  static final int LISTENER_SENDS = 2;
  static final int BYTES = 24;
  static final int MIN_CHUNK_BYTES = 16;

  /** A chunk is held in memory as a whole; a peer must not choose how much that is. */
  static final int MAX_CHUNK_BYTES = 1 << 20;

  private static final byte[] MAGIC = "NLB1".getBytes(StandardCharsets.US_ASCII);
  private static final long MAX_U32 = 0xffff_ffffL;

  StreamHeader {
    if (flags < 0 || flags > (DIALER_SENDS | LISTENER_SENDS)) {
      throw new IllegalArgumentException("unknown flags: " + flags);
    }
    if (chunkBytes < MIN_CHUNK_BYTES || chunkBytes > MAX_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "a chunk has " + MIN_CHUNK_BYTES + " to " + MAX_CHUNK_BYTES + " bytes: " + chunkBytes);
    }
    if (intervalMicros < 0 || intervalMicros > MAX_U32) {
      throw new IllegalArgumentException("the interval is 0 to 2^32-1 microseconds");
    }
    if (chunks < 0) {
      throw new IllegalArgumentException("too many chunks");
    }
  }

  boolean dialerSends() {
    return (flags & DIALER_SENDS) != 0;
  }

  boolean listenerSends() {
    return (flags & LISTENER_SENDS) != 0;
  }

  ByteBuffer encode() {
    return ByteBuffer.allocate(BYTES)
        .put(MAGIC)
        .put((byte) flags)
        .put(new byte[3])
        .putInt((int) chunkBytes)
        .putInt((int) intervalMicros)
        .putLong(chunks)
        .flip();
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException when it is malformed
   */
  static StreamHeader decode(ByteBuffer in) {
    var magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IllegalArgumentException("the stream does not begin with NLB1");
    }
    int flags = in.get();
    in.position(in.position() + 3);
    return new StreamHeader(flags, in.getInt() & MAX_U32, in.getInt() & MAX_U32, in.getLong());
  }
}
