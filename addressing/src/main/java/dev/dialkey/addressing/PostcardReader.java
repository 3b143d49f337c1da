package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads postcard fields from hostile bytes: {@code docs/spec/addressing.md} section 8. Nothing is
 * allocated before the bytes for it are known to be there. For one thread.
 */
final class PostcardReader {
  private static final int MAX_VARINT16 = 0xffff;
  private static final long MAX_VARINT32 = 0xffff_ffffL;

  private final ByteBuffer in;

  PostcardReader(ByteBuffer in) {
    this.in = in;
  }

  byte octet() {
    require(1);
    return in.get();
  }

  byte[] bytes(int length) {
    require(length);
    var bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  int varint16() {
    return (int) varint(3, MAX_VARINT16);
  }

  long varint32() {
    return varint(5, MAX_VARINT32);
  }

  /** All 64 bits, unsigned. */
  long varint64() {
    return varint(10, -1);
  }

  /** A varint length and that many bytes. */
  byte[] lengthAndBytes() {
    return bytes(count(1));
  }

  /** A varint count of elements that take at least {@code minBytes} each. */
  int count(int minBytes) {
    long count = varint64();
    if (Long.compareUnsigned(count, in.remaining() / minBytes) > 0) {
      throw malformed("a length is larger than what follows");
    }
    return (int) count;
  }

  /** A varint length and that many bytes of UTF-8. */
  String text() {
    byte[] utf8 = lengthAndBytes();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException _) {
      throw malformed("text is not UTF-8");
    }
  }

  static AddressFormatException malformed(String why) {
    return new AddressFormatException(Kind.TICKET_CONTENT, why);
  }

  /** Unsigned LEB128. Superfluous zero groups are fine as long as the size for the type is kept. */
  private long varint(int maxBytes, long max) {
    long value = 0;
    for (int i = 0; i < maxBytes; i++) {
      int group = octet();
      long bits = group & 0x7fL;
      int shift = 7 * i;
      if (bits << shift >>> shift != bits) {
        break; // bits beyond the 64th
      }
      value |= bits << shift;
      if (group >= 0) {
        if (Long.compareUnsigned(value, max) > 0) {
          break;
        }
        return value;
      }
    }
    throw malformed("a number is too large for its field");
  }

  private void require(int length) {
    if (in.remaining() < length) {
      throw malformed("it ends inside a field");
    }
  }
}
