package dev.dialkey.addressing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes postcard fields: {@code docs/spec/addressing.md} section 8. For one thread. */
final class PostcardWriter {
  private static final int INITIAL_BYTES = 128; // an id and a handful of addresses

  private byte[] bytes = new byte[INITIAL_BYTES];
  private int length;

  void octet(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
  }

  void bytes(byte[] value) {
    ensure(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  /** Unsigned LEB128 in its shortest form; all 64 bits count. */
  void varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      octet((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    octet((int) rest);
  }

  void lengthAndBytes(byte[] value) {
    varint(value.length);
    bytes(value);
  }

  void text(String value) {
    lengthAndBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.addExact(length, Math.max(more, length)));
    }
  }
}
