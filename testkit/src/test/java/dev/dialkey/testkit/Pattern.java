package dev.dialkey.testkit;

/** Bytes whose value tells their place, so that a loss, a repetition or a swap shows. Stateless. */
final class Pattern {
  private Pattern() {}

  static byte at(long position, int salt) {
    return (byte) (position * 31 + (position >>> 8) * 7 + (position >>> 16) + salt);
  }

  static byte[] bytes(int length, int salt) {
    byte[] bytes = new byte[length];
    fill(bytes, 0, length, 0, salt);
    return bytes;
  }

  static void fill(byte[] bytes, int offset, int length, long position, int salt) {
    for (int i = 0; i < length; i++) {
      bytes[offset + i] = at(position + i, salt);
    }
  }

  /** Fails unless the bytes are those that belong at the position. */
  static void check(byte[] bytes, int length, long position, int salt) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != at(position + i, salt)) {
        throw new AssertionError("wrong byte at " + (position + i));
      }
    }
  }
}
