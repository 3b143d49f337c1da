package dev.dialkey.addressing.internal;

import java.nio.charset.StandardCharsets;

/**
 * Percent encoding with the sets of the WHATWG URL standard (https://url.spec.whatwg.org, section
 * 1.3). Existing escapes are never touched: {@code %} is in no set.
 */
enum PercentEncoding {
  C0_CONTROL(""),
  FRAGMENT(" \"<>`"),
  QUERY(" \"#<>"),
  SPECIAL_QUERY(" \"#<>'"),
  PATH(" \"#<>?^`{}"),
  USERINFO(" \"#<>?^`{}/:;=@[\\]|");

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final int DELETE = 0x7f;

  /** The printable ASCII characters that are escaped; controls and non-ASCII always are. */
  private final String printable;

  PercentEncoding(String printable) {
    this.printable = printable;
  }

  /** Appends {@code text} with the characters of this set, and all non-ASCII ones, escaped. */
  void encodeTo(StringBuilder out, String text) {
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      at += Character.charCount(codePoint);
      if (codePoint >= ' ' && codePoint < DELETE && printable.indexOf(codePoint) < 0) {
        out.append((char) codePoint);
      } else {
        for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
          out.append('%').append(HEX[b >> 4 & 0xf]).append(HEX[b & 0xf]);
        }
      }
    }
  }

  /**
   * Replaces every valid escape by its byte and reads the whole as UTF-8; bad UTF-8 turns into
   * U+FFFD.
   */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    var out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%' && i + 2 < in.length && isEscape(in[i + 1], in[i + 2])) {
        out[length++] = (byte) (Ascii.hexValue(in[i + 1]) << 4 | Ascii.hexValue(in[i + 2]));
        i += 2;
      } else {
        out[length++] = in[i];
      }
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }

  private static boolean isEscape(byte high, byte low) {
    return Ascii.hexValue(high) >= 0 && Ascii.hexValue(low) >= 0;
  }
}
