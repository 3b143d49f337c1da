package dev.dialkey.addressing.internal;

/** Character classes of ASCII; the methods of {@link Character} would let other scripts in. */
public final class Ascii {
  /** Enough to recognise one's own input, too little to flood a log. */
  private static final int MAX_EXCERPT_CHARS = 60;

  private Ascii() {}

  public static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  public static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** The value of a hexadecimal digit of either case, or -1. */
  public static int hexValue(int c) {
    if (isDigit(c)) {
      return c - '0';
    }
    int lower = toLower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  public static int toLower(int c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  }

  public static String toLower(String text) {
    var lower = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      lower.append((char) toLower(text.charAt(i)));
    }
    return lower.toString();
  }

  public static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /**
   * A reader-friendly copy of hostile text for an error message: short, and with everything but
   * printable ASCII replaced, so that it can neither flood nor forge a log.
   */
  public static String excerpt(String text) {
    int shown = Math.min(text.length(), MAX_EXCERPT_CHARS);
    var excerpt = new StringBuilder(shown + 3);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      excerpt.append(c >= ' ' && c <= '~' && c != '"' ? c : '?');
    }
    if (shown < text.length()) {
      excerpt.append("...");
    }
    return excerpt.toString();
  }
}
