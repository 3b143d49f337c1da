package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.util.Arrays;

/**
 * Unpadded base32 in the three alphabets of {@code docs/spec/addressing.md} section 2. All three
 * cut the bytes, taken as one big-endian bit string, into groups of five bits.
 */
final class Base32 {
  /** RFC 4648 section 6; read in any letter case, written in lower case. */
  static final Base32 RFC4648 = new Base32("abcdefghijklmnopqrstuvwxyz234567", true);

  /** z-base-32; lower case only. */
  static final Base32 Z_BASE = new Base32("ybndrfg8ejkmcpqxot1uwisza345h769", false);

  /** RFC 4648 section 7 ("extended hex"); lower case only. */
  static final Base32 HEX = new Base32("0123456789abcdefghijklmnopqrstuv", false);

  private static final int BITS = 5;

  private final String symbols;

  /** The value of each ASCII character, or -1. */
  private final byte[] values = new byte[0x80];

  private Base32(String symbols, boolean anyCase) {
    this.symbols = symbols;
    Arrays.fill(values, (byte) -1);
    for (int value = 0; value < symbols.length(); value++) {
      char symbol = symbols.charAt(value);
      values[symbol] = (byte) value;
      if (anyCase && symbol >= 'a') {
        values[symbol - ('a' - 'A')] = (byte) value;
      }
    }
  }

  String encode(byte[] bytes) {
    var text = new StringBuilder((bytes.length * 8 + BITS - 1) / BITS);
    int pending = 0;
    int pendingBits = 0;
    for (byte b : bytes) {
      pending = pending << 8 | (b & 0xff);
      pendingBits += 8;
      while (pendingBits >= BITS) {
        pendingBits -= BITS;
        text.append(symbols.charAt(pending >> pendingBits & 0x1f));
      }
      pending &= (1 << pendingBits) - 1;
    }
    if (pendingBits > 0) {
      text.append(symbols.charAt(pending << (BITS - pendingBits) & 0x1f));
    }
    return text.toString();
  }

  /** Strict: no padding, no white space, no impossible length, and unused bits must be zero. */
  byte[] decode(String text) {
    return decode(text, 0);
  }

  byte[] decode(String text, int from) {
    int length = text.length() - from;
    int tail = length % 8;
    if (tail == 1 || tail == 3 || tail == 6) {
      throw new AddressFormatException(
          Kind.BASE32, "%d base32 symbols encode no whole number of bytes".formatted(length));
    }
    var bytes = new byte[(int) ((long) length * BITS / 8)];
    int pending = 0;
    int pendingBits = 0;
    int filled = 0;
    for (int i = from; i < text.length(); i++) {
      pending = pending << BITS | valueAt(text, i);
      pendingBits += BITS;
      if (pendingBits >= 8) {
        pendingBits -= 8;
        bytes[filled++] = (byte) (pending >> pendingBits);
        pending &= (1 << pendingBits) - 1;
      }
    }
    if (pending != 0) {
      throw new AddressFormatException(
          Kind.BASE32, "the unused bits of the last base32 symbol must be zero");
    }
    return bytes;
  }

  private int valueAt(String text, int index) {
    char symbol = text.charAt(index);
    int value = symbol < values.length ? values[symbol] : -1;
    if (value < 0) {
      // The symbol is not shown: the text may be a secret key.
      throw new AddressFormatException(
          Kind.BASE32, "character %d is no symbol of this base32 alphabet".formatted(index + 1));
    }
    return value;
  }
}
