package dev.dialkey.holepunch;

import java.nio.ByteBuffer;

/** Integers of variable length, RFC 9000 section 16. */
final class QuicVarint {
  /** The largest that can be written. */
  static final long MAX_VALUE = (1L << 62) - 1;

  private static final int LENGTH_BITS = 2;
  private static final int BYTE_BITS = 8;
  private static final int FIRST_BITS = BYTE_BITS - LENGTH_BITS;

  private QuicVarint() {}

  static int length(long value) {
    int length = 1;
    while (length < Long.BYTES && value >>> (length * BYTE_BITS - LENGTH_BITS) != 0) {
      length *= 2;
    }
    return length;
  }

  /** Writes the shortest form. */
  static void write(ByteBuffer out, long value) {
    if (value < 0 || value > MAX_VALUE) {
      throw new IllegalArgumentException("no QUIC integer is " + value);
    }
    int length = length(value);
    long marked =
        value | (long) Integer.numberOfTrailingZeros(length) << (length * BYTE_BITS - LENGTH_BITS);
    for (int shift = (length - 1) * BYTE_BITS; shift >= 0; shift -= BYTE_BITS) {
      out.put((byte) (marked >>> shift));
    }
  }

  /** Reads any form; a {@link java.nio.BufferUnderflowException} when it is cut short. */
  static long read(ByteBuffer in) {
    int first = Byte.toUnsignedInt(in.get());
    long value = first & ((1 << FIRST_BITS) - 1);
    for (int more = (1 << (first >>> FIRST_BITS)) - 1; more > 0; more--) {
      value = value << BYTE_BITS | Byte.toUnsignedInt(in.get());
    }
    return value;
  }
}
