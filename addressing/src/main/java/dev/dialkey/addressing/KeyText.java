package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The text forms shared by endpoint ids and secret keys, {@code docs/spec/addressing.md} section 2.
 */
final class KeyText {
  static final int KEY_BYTES = 32;

  private static final int HEX_CHARS = 2 * KEY_BYTES;

  private KeyText() {}

  /** 64 characters are lower-case hex and nothing else; any other length is base32 in any case. */
  static byte[] parse(String text) {
    byte[] bytes = text.length() == HEX_CHARS ? parseHex(text) : Base32.RFC4648.decode(text);
    if (bytes.length != KEY_BYTES) {
      int length = bytes.length;
      Arrays.fill(bytes, (byte) 0); // it may have been meant as a secret key
      throw wrongLength("key", KEY_BYTES, length);
    }
    return bytes;
  }

  static AddressFormatException wrongLength(String what, int expected, int actual) {
    return new AddressFormatException(
        Kind.LENGTH, "a %s has %d bytes, not %d".formatted(what, expected, actual));
  }

  static boolean isLowerHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  private static byte[] parseHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isLowerHex(text.charAt(i))) {
        throw new AddressFormatException(
            Kind.HEX, "character %d of 64 is not a lower-case hexadecimal digit".formatted(i + 1));
      }
    }
    return HexFormat.of().parseHex(text);
  }
}
