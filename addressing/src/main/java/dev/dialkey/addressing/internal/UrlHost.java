package dev.dialkey.addressing.internal;

import com.ibm.icu.text.IDNA;
import com.ibm.icu.util.ICUInputTooLongException;
import java.util.EnumSet;
import java.util.Set;

/**
 * The host of a URL in its normalised text: a domain in ASCII, an IPv4 address, an IPv6 address in
 * brackets, or the opaque host of a scheme that is not special. WHATWG URL standard, section 3.
 */
final class UrlHost {
  /**
   * Longest host that goes through IDNA. DNS ends at 253 octets; the standard sets no limit, but
   * Punycode takes time quadratic in the length of a label. Hosts of plain ASCII are not limited.
   */
  static final int MAX_IDNA_CHARS = 500;

  private static final String FORBIDDEN_HOST = "\0\t\n\r #/:<>?@[\\]^|";
  private static final String FORBIDDEN_DOMAIN = FORBIDDEN_HOST + "%\u007f";
  private static final String PUNYCODE_PREFIX = "xn--";
  private static final long IPV4_LIMIT = 1L << 32;
  private static final long NOT_A_NUMBER = -1;

  private UrlHost() {}

  static String normalise(String text, boolean special) throws MalformedTextException {
    if (text.startsWith("[")) {
      if (!text.endsWith("]")) {
        throw new MalformedTextException("\"[\" without \"]\" in the host");
      }
      byte[] address = IpText.parseIpv6(text.substring(1, text.length() - 1));
      return "[" + IpText.formatIpv6(address) + "]";
    }
    return special ? domain(text) : opaque(text);
  }

  private static String opaque(String text) throws MalformedTextException {
    refuse(text, FORBIDDEN_HOST, false);
    var encoded = new StringBuilder(text.length());
    PercentEncoding.C0_CONTROL.encodeTo(encoded, text);
    return encoded.toString();
  }

  private static String domain(String text) throws MalformedTextException {
    String ascii = toAscii(PercentEncoding.decode(text));
    if (ascii.isEmpty()) {
      throw new MalformedTextException("empty host");
    }
    refuse(ascii, FORBIDDEN_DOMAIN, true);
    String number = lastLabel(ascii);
    if (isNumber(number)) {
      return ipv4(ascii);
    }
    return ascii;
  }

  private static void refuse(String host, String forbidden, boolean controls)
      throws MalformedTextException {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (forbidden.indexOf(c) >= 0 || (controls && c < ' ')) {
        throw new MalformedTextException(
            "forbidden character in the host: U+%04X".formatted((int) c));
      }
    }
  }

  /** UTS 46, non-transitional. Plain ASCII is only lower-cased, as the standard wants it. */
  private static String toAscii(String domain) throws MalformedTextException {
    if (Ascii.isAscii(domain) && !hasPunycodeLabel(domain)) {
      return Ascii.toLower(domain);
    }
    if (domain.length() > MAX_IDNA_CHARS) {
      throw new MalformedTextException(
          "international host name of more than " + MAX_IDNA_CHARS + " characters");
    }
    return Uts46.toAscii(domain);
  }

  private static boolean hasPunycodeLabel(String domain) {
    int label = 0;
    while (true) {
      if (domain.regionMatches(true, label, PUNYCODE_PREFIX, 0, PUNYCODE_PREFIX.length())) {
        return true;
      }
      label = domain.indexOf('.', label) + 1;
      if (label == 0) {
        return false;
      }
    }
  }

  /** The last label, or the one before it when the host ends in a dot. */
  private static String lastLabel(String host) {
    int end = host.endsWith(".") ? host.length() - 1 : host.length();
    return host.substring(host.lastIndexOf('.', end - 1) + 1, end);
  }

  /** Whether a label makes its host an IPv4 address; long and broken digits count too. */
  private static boolean isNumber(String label) {
    boolean digits = !label.isEmpty();
    for (int i = 0; i < label.length() && digits; i++) {
      digits = Ascii.isDigit(label.charAt(i));
    }
    return digits || ipv4Number(label) != NOT_A_NUMBER;
  }

  private static String ipv4(String host) throws MalformedTextException {
    String text = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    String[] parts = text.split("\\.", 5);
    if (parts.length > 4) {
      throw new MalformedTextException("IPv4 address with more than 4 parts");
    }
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      long number = ipv4Number(parts[i]);
      boolean last = i == parts.length - 1;
      long limit = last ? IPV4_LIMIT >> (8 * i) : 256;
      if (number == NOT_A_NUMBER || number >= limit) {
        throw new MalformedTextException("host ends in a number but is no IPv4 address");
      }
      address |= last ? number : number << (8 * (3 - i));
    }
    var bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      bytes[i] = (byte) (address >> (8 * (3 - i)));
    }
    return IpText.formatIpv4(bytes, 0);
  }

  /** Decimal, octal (0…) or hexadecimal (0x…) value, capped just above 32 bits. */
  private static long ipv4Number(String part) {
    if (part.isEmpty()) {
      return NOT_A_NUMBER;
    }
    int radix = 10;
    int at = 0;
    if (part.length() >= 2 && part.charAt(0) == '0') {
      boolean hex = Ascii.toLower(part.charAt(1)) == 'x';
      radix = hex ? 16 : 8;
      at = hex ? 2 : 1;
    }
    long value = 0;
    for (; at < part.length(); at++) {
      int digit = Ascii.hexValue(part.charAt(at));
      if (digit < 0 || digit >= radix) {
        return NOT_A_NUMBER;
      }
      value = Math.min(value * radix + digit, IPV4_LIMIT);
    }
    return value;
  }

  /**
   * ICU in a holder of its own: its tables are loaded by the first international name, not before.
   */
  private static final class Uts46 {
    private static final IDNA PROCESSOR =
        IDNA.getUTS46Instance(
            IDNA.NONTRANSITIONAL_TO_ASCII
                | IDNA.NONTRANSITIONAL_TO_UNICODE
                | IDNA.CHECK_BIDI
                | IDNA.CHECK_CONTEXTJ);

    /** What ICU reports but the standard's "domain to ASCII" (not strict) lets pass. */
    private static final Set<IDNA.Error> TOLERATED =
        EnumSet.of(
            IDNA.Error.EMPTY_LABEL,
            IDNA.Error.LABEL_TOO_LONG,
            IDNA.Error.DOMAIN_NAME_TOO_LONG,
            IDNA.Error.LEADING_HYPHEN,
            IDNA.Error.TRAILING_HYPHEN,
            IDNA.Error.HYPHEN_3_4);

    static String toAscii(String domain) throws MalformedTextException {
      var info = new IDNA.Info();
      var ascii = new StringBuilder();
      try {
        PROCESSOR.nameToASCII(domain, ascii, info);
      } catch (ICUInputTooLongException _) {
        // One character can be mapped to eighteen, so our limit alone does not keep ICU's own.
        throw new MalformedTextException("label of an international host name is too long");
      }
      if (!TOLERATED.containsAll(info.getErrors()) || !Ascii.isAscii(ascii.toString())) {
        throw new MalformedTextException("host is no valid international domain name");
      }
      return ascii.toString();
    }
  }
}
