package dev.dialkey.addressing.internal;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The "basic URL parser" of the WHATWG URL standard (section 4.4) without base URL, one instance
 * per input. The standard describes a machine that steps through characters; this class cuts the
 * text at its delimiters instead, which gives the same result in linear time.
 */
final class UrlParser {
  private static final int MAX_PORT = 65_535;

  private final String input;
  private String scheme = "";
  private boolean special;
  private boolean file;
  private String credentials = "";
  private @Nullable String host;
  private OptionalInt port = OptionalInt.empty();

  UrlParser(String input) {
    this.input = input;
  }

  WhatwgUrl parse() throws MalformedTextException {
    String text = clean(input);
    int colon = readScheme(text);
    // In every later state "#" ends all but itself, and "?" all but the fragment.
    int hash = indexOrEnd(text, '#', colon, text.length());
    int question = indexOrEnd(text, '?', colon, hash);
    String hierarchy = text.substring(colon + 1, question);
    boolean moreFollows = question < text.length();

    String path = special ? special(hierarchy) : other(hierarchy, moreFollows);
    var out = new StringBuilder(text.length() + 16).append(scheme).append(':');
    String writtenHost = host;
    if (writtenHost != null) {
      out.append("//").append(credentials).append(writtenHost);
      port.ifPresent(number -> out.append(':').append(number));
    } else if (path.startsWith("//")) {
      out.append("/."); // keeps the path from being read as an authority next time
    }
    out.append(path);
    if (question < hash) {
      var set = special ? PercentEncoding.SPECIAL_QUERY : PercentEncoding.QUERY;
      set.encodeTo(out.append('?'), text.substring(question + 1, hash));
    }
    if (hash < text.length()) {
      PercentEncoding.FRAGMENT.encodeTo(out.append('#'), text.substring(hash + 1));
    }
    return new WhatwgUrl(scheme, Optional.ofNullable(writtenHost), port, out.toString());
  }

  /** Leading and trailing controls and spaces go, tabs and line ends go everywhere. */
  private static String clean(String input) {
    int start = 0;
    int end = input.length();
    while (start < end && input.charAt(start) <= ' ') {
      start++;
    }
    while (end > start && input.charAt(end - 1) <= ' ') {
      end--;
    }
    var cleaned = new StringBuilder(end - start);
    int at = start;
    while (at < end) {
      int codePoint = input.codePointAt(at);
      at += Character.charCount(codePoint);
      if (codePoint == '\t' || codePoint == '\n' || codePoint == '\r') {
        continue;
      }
      boolean lone = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
      cleaned.appendCodePoint(lone ? 0xfffd : codePoint);
    }
    return cleaned.toString();
  }

  private int readScheme(String text) throws MalformedTextException {
    int colon = 0;
    while (colon < text.length() && isSchemeChar(text.charAt(colon), colon == 0)) {
      colon++;
    }
    if (colon == 0 || colon == text.length() || text.charAt(colon) != ':') {
      throw new MalformedTextException("no scheme");
    }
    scheme = Ascii.toLower(text.substring(0, colon));
    special = WhatwgUrl.isSpecial(scheme);
    file = scheme.equals("file");
    return colon;
  }

  private static boolean isSchemeChar(char c, boolean first) {
    return Ascii.isLetter(c) || (!first && (Ascii.isDigit(c) || c == '+' || c == '-' || c == '.'));
  }

  private static int indexOrEnd(String text, char c, int from, int end) {
    int index = text.indexOf(c, from);
    return index < 0 || index > end ? end : index;
  }

  /** The part between scheme and query of a special URL; returns the path. */
  private String special(String hierarchy) throws MalformedTextException {
    if (file) {
      return file(hierarchy);
    }
    int start = 0;
    while (start < hierarchy.length() && isSlash(hierarchy.charAt(start))) {
      start++; // any number of slashes will do, none too
    }
    int end = authorityEnd(hierarchy, start);
    authority(hierarchy.substring(start, end));
    return UrlPath.normalise(hierarchy, end, true, false);
  }

  private String file(String hierarchy) throws MalformedTextException {
    host = "";
    boolean authority =
        hierarchy.length() >= 2 && isSlash(hierarchy.charAt(0)) && isSlash(hierarchy.charAt(1));
    if (!authority) {
      return UrlPath.normalise(hierarchy, 0, true, true);
    }
    int end = authorityEnd(hierarchy, 2);
    String name = hierarchy.substring(2, end);
    if (UrlPath.isDriveLetter(name)) {
      return UrlPath.normalise(hierarchy, 2, true, true);
    }
    if (!name.isEmpty()) {
      String normalised = UrlHost.normalise(name, true);
      host = normalised.equals("localhost") ? "" : normalised;
    }
    return UrlPath.normalise(hierarchy, end, true, true);
  }

  /** The part between scheme and query of a URL that is not special; returns the path. */
  private String other(String hierarchy, boolean moreFollows) throws MalformedTextException {
    if (hierarchy.startsWith("//")) {
      int end = indexOrEnd(hierarchy, '/', 2, hierarchy.length());
      authority(hierarchy.substring(2, end));
      return end == hierarchy.length() ? "" : UrlPath.normalise(hierarchy, end, false, false);
    }
    if (hierarchy.startsWith("/")) {
      return UrlPath.normalise(hierarchy, 0, false, false);
    }
    var opaque = new StringBuilder(hierarchy.length());
    boolean spaceAtEnd = moreFollows && hierarchy.endsWith(" ");
    int end = spaceAtEnd ? hierarchy.length() - 1 : hierarchy.length();
    PercentEncoding.C0_CONTROL.encodeTo(opaque, hierarchy.substring(0, end));
    return spaceAtEnd ? opaque.append("%20").toString() : opaque.toString();
  }

  private void authority(String text) throws MalformedTextException {
    int at = text.lastIndexOf('@');
    if (at >= 0) {
      credentials = credentials(text.substring(0, at));
    }
    String hostAndPort = text.substring(at + 1);
    int colon = portColon(hostAndPort);
    String name = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
    if (name.isEmpty() && (special || at >= 0 || colon >= 0)) {
      throw new MalformedTextException("empty host");
    }
    host = name.isEmpty() ? "" : UrlHost.normalise(name, special);
    if (colon >= 0) {
      port = port(hostAndPort.substring(colon + 1));
    }
  }

  private static String credentials(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String password = colon < 0 ? "" : text.substring(colon + 1);
    if (name.isEmpty() && password.isEmpty()) {
      return "";
    }
    var encoded = new StringBuilder(text.length() + 1);
    PercentEncoding.USERINFO.encodeTo(encoded, name);
    if (!password.isEmpty()) {
      PercentEncoding.USERINFO.encodeTo(encoded.append(':'), password);
    }
    return encoded.append('@').toString();
  }

  /** The first colon outside brackets, or -1. */
  private static int portColon(String hostAndPort) {
    boolean inBrackets = false;
    for (int i = 0; i < hostAndPort.length(); i++) {
      switch (hostAndPort.charAt(i)) {
        case '[' -> inBrackets = true;
        case ']' -> inBrackets = false;
        case ':' -> {
          if (!inBrackets) {
            return i;
          }
        }
        default -> {}
      }
    }
    return -1;
  }

  private OptionalInt port(String digits) throws MalformedTextException {
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      if (!Ascii.isDigit(digits.charAt(i))) {
        throw new MalformedTextException("port that is not a number");
      }
      value = value * 10 + (digits.charAt(i) - '0');
      if (value > MAX_PORT) {
        throw new MalformedTextException("port above " + MAX_PORT);
      }
    }
    OptionalInt explicit = digits.isEmpty() ? OptionalInt.empty() : OptionalInt.of(value);
    return explicit.equals(WhatwgUrl.defaultPort(scheme)) ? OptionalInt.empty() : explicit;
  }

  private static int authorityEnd(String hierarchy, int from) {
    int end = from;
    while (end < hierarchy.length() && !isSlash(hierarchy.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isSlash(char c) {
    return c == '/' || c == '\\';
  }
}
