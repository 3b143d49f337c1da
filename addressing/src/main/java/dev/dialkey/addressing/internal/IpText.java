package dev.dialkey.addressing.internal;

/**
 * Text of IPv4 and IPv6 addresses without name resolution.
 *
 * <p>{@code InetAddress.getByName} is not used anywhere: it asks the resolver for names and takes
 * short and octal forms. Reading follows RFC 4291 section 2.2, writing RFC 5952.
 */
public final class IpText {
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int IPV6_GROUPS = 8;

  private IpText() {}

  /** Four decimal octets without leading zeros, as network-order bytes. */
  public static byte[] parseIpv4(String text) throws MalformedTextException {
    var bytes = new byte[IPV4_BYTES];
    int end = readIpv4(text, 0, bytes, 0);
    if (end != text.length()) {
      throw new MalformedTextException("unexpected characters after the IPv4 address");
    }
    return bytes;
  }

  /** Any valid text of an IPv6 address without scope, as network-order bytes. */
  public static byte[] parseIpv6(String text) throws MalformedTextException {
    var bytes = new byte[IPV6_BYTES];
    int length = 0; // bytes filled so far
    int gap = -1; // where in bytes the "::" stands
    int at = 0;
    if (text.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < text.length()) {
      if (length == IPV6_BYTES) {
        throw new MalformedTextException("IPv6 address with more than 8 groups");
      }
      int end = hexEnd(text, at);
      if (end < text.length() && text.charAt(end) == '.') {
        length = readEmbeddedIpv4(text, at, bytes, length);
        break;
      }
      length = putGroup(text, at, end, bytes, length);
      at = skipSeparator(text, end);
      if (at - end == 2) {
        if (gap >= 0) {
          throw new MalformedTextException("IPv6 address with a second \"::\"");
        }
        gap = length;
      }
    }
    return expand(bytes, length, gap);
  }

  /**
   * RFC 5952: lower case, no leading zeros, the first of the longest runs of at least two zero
   * groups replaced by "::". All groups are hexadecimal, mapped IPv4 addresses too.
   */
  public static String formatIpv6(byte[] address) {
    int runStart = -1;
    int runLength = 1; // a single zero group is not compressed
    for (int i = 0; i < IPV6_GROUPS; i++) {
      int run = zeroGroups(address, i);
      if (run > runLength) {
        runStart = i;
        runLength = run;
      }
    }
    var text = new StringBuilder(39);
    for (int i = 0; i < IPV6_GROUPS; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(address, i)));
    }
    return text.toString();
  }

  /** Dotted decimal text of the four bytes that start at {@code offset}. */
  public static String formatIpv4(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff)
        + "."
        + (bytes[offset + 1] & 0xff)
        + "."
        + (bytes[offset + 2] & 0xff)
        + "."
        + (bytes[offset + 3] & 0xff);
  }

  /** Whether these 16 bytes are an IPv4-mapped address, RFC 4291 section 2.5.5.2. */
  public static boolean isIpv4Mapped(byte[] address) {
    return zeroGroups(address, 0) == 5 && group(address, 5) == 0xffff;
  }

  private static int readIpv4(String text, int start, byte[] into, int offset)
      throws MalformedTextException {
    int at = start;
    for (int i = 0; i < IPV4_BYTES; i++) {
      if (i > 0) {
        if (at >= text.length() || text.charAt(at) != '.') {
          throw new MalformedTextException("IPv4 address with fewer than 4 octets");
        }
        at++;
      }
      int end = at;
      int octet = 0;
      while (end < text.length() && end - at < 3 && Ascii.isDigit(text.charAt(end))) {
        octet = octet * 10 + (text.charAt(end) - '0');
        end++;
      }
      if (end == at || octet > 255) {
        throw new MalformedTextException("IPv4 octet that is not a number up to 255");
      }
      if (end - at > 1 && text.charAt(at) == '0') {
        throw new MalformedTextException("IPv4 octet with a leading zero");
      }
      into[offset + i] = (byte) octet;
      at = end;
    }
    return at;
  }

  private static int readEmbeddedIpv4(String text, int at, byte[] bytes, int length)
      throws MalformedTextException {
    if (length + IPV4_BYTES > IPV6_BYTES) {
      throw new MalformedTextException("IPv6 address with more than 8 groups");
    }
    if (readIpv4(text, at, bytes, length) != text.length()) {
      throw new MalformedTextException("an IPv4 part must end the IPv6 address");
    }
    return length + IPV4_BYTES;
  }

  /** The end of a run of at most four hexadecimal digits. */
  private static int hexEnd(String text, int start) {
    int end = start;
    while (end < text.length() && end - start < 4 && Ascii.hexValue(text.charAt(end)) >= 0) {
      end++;
    }
    return end;
  }

  private static int putGroup(String text, int start, int end, byte[] bytes, int length)
      throws MalformedTextException {
    if (start == end) {
      throw new MalformedTextException("IPv6 group that is not a hexadecimal number");
    }
    int group = 0;
    for (int i = start; i < end; i++) {
      group = group << 4 | Ascii.hexValue(text.charAt(i));
    }
    bytes[length] = (byte) (group >> 8);
    bytes[length + 1] = (byte) group;
    return length + 2;
  }

  /** Where the next group begins after a ":" or "::" at {@code at}; the end of the text is fine. */
  private static int skipSeparator(String text, int at) throws MalformedTextException {
    if (at == text.length()) {
      return at;
    }
    if (text.charAt(at) != ':') {
      throw new MalformedTextException("unexpected character in an IPv6 address");
    }
    if (text.startsWith("::", at)) {
      return at + 2;
    }
    if (at + 1 == text.length()) {
      throw new MalformedTextException("IPv6 address that ends in a single \":\"");
    }
    return at + 1;
  }

  private static byte[] expand(byte[] bytes, int length, int gap) throws MalformedTextException {
    if (gap < 0) {
      if (length != IPV6_BYTES) {
        throw new MalformedTextException("IPv6 address with fewer than 8 groups");
      }
      return bytes;
    }
    if (length == IPV6_BYTES) {
      throw new MalformedTextException("\"::\" must stand for at least one group");
    }
    var expanded = new byte[IPV6_BYTES];
    System.arraycopy(bytes, 0, expanded, 0, gap);
    System.arraycopy(bytes, gap, expanded, IPV6_BYTES - (length - gap), length - gap);
    return expanded;
  }

  private static int zeroGroups(byte[] address, int from) {
    int end = from;
    while (end < IPV6_GROUPS && group(address, end) == 0) {
      end++;
    }
    return end - from;
  }

  private static int group(byte[] address, int index) {
    return (address[2 * index] & 0xff) << 8 | (address[2 * index + 1] & 0xff);
  }
}
