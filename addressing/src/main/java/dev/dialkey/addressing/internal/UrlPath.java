package dev.dialkey.addressing.internal;

/**
 * The path of a URL that has one with segments: dot segments removed, characters escaped. WHATWG
 * URL standard, "path state" in section 4.4.
 */
final class UrlPath {
  private final StringBuilder path;
  private final boolean file;

  private UrlPath(int capacity, boolean file) {
    this.path = new StringBuilder(capacity);
    this.file = file;
  }

  /**
   * Normalises the path that starts at {@code from}, with or without its first slash. The result is
   * never empty.
   */
  static String normalise(String text, int from, boolean special, boolean file) {
    var path = new UrlPath(text.length() - from + 1, file);
    int start = from;
    if (start < text.length() && isSeparator(text.charAt(start), special)) {
      start++;
    }
    while (true) {
      int end = start;
      while (end < text.length() && !isSeparator(text.charAt(end), special)) {
        end++;
      }
      path.append(text.substring(start, end), end == text.length());
      if (end == text.length()) {
        return path.path.toString();
      }
      start = end + 1;
    }
  }

  /** A letter and ":" or "|", which file URLs treat as a root that ".." cannot leave. */
  static boolean isDriveLetter(String segment) {
    return segment.length() == 2
        && Ascii.isLetter(segment.charAt(0))
        && (segment.charAt(1) == ':' || segment.charAt(1) == '|');
  }

  private static boolean isSeparator(char c, boolean special) {
    return c == '/' || (special && c == '\\');
  }

  private void append(String segment, boolean last) {
    switch (dots(segment)) {
      case 2 -> {
        shorten();
        if (last) {
          path.append('/');
        }
      }
      case 1 -> {
        if (last) {
          path.append('/');
        }
      }
      default -> {
        boolean drive = file && path.isEmpty() && isDriveLetter(segment);
        PercentEncoding.PATH.encodeTo(path.append('/'), drive ? segment.charAt(0) + ":" : segment);
      }
    }
  }

  private void shorten() {
    boolean onlyDrive =
        file && path.length() == 3 && isDriveLetter(path.substring(1)) && path.charAt(2) == ':';
    int slash = path.lastIndexOf("/");
    if (slash >= 0 && !onlyDrive) {
      path.setLength(slash);
    }
  }

  /** 1 or 2 for a segment of that many dots, each plain or escaped; otherwise 0. */
  private static int dots(String segment) {
    int count = 0;
    int at = 0;
    while (at < segment.length()) {
      if (segment.charAt(at) == '.') {
        at++;
      } else if (segment.regionMatches(true, at, "%2e", 0, 3)) {
        at += 3;
      } else {
        return 0;
      }
      if (++count > 2) {
        return 0;
      }
    }
    return count;
  }
}
