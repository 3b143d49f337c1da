package dev.dialkey.addressing.internal;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * An absolute URL in its normalised form, by the WHATWG URL standard (https://url.spec.whatwg.org).
 *
 * @param scheme lower case, without the colon
 * @param host normalised host; absent where the URL has no authority
 * @param port explicit port, the scheme's default one left out
 * @param text the serialised URL; ASCII only, and parsing it again gives the same text
 */
public record WhatwgUrl(String scheme, Optional<String> host, OptionalInt port, String text) {
  /** Reads and normalises an absolute URL; there is no base, so relative references fail. */
  public static WhatwgUrl parse(String input) throws MalformedTextException {
    return new UrlParser(input).parse();
  }

  /** The port used when a URL of this scheme names none; empty for schemes that are not special. */
  public static OptionalInt defaultPort(String scheme) {
    return switch (scheme) {
      case "http", "ws" -> OptionalInt.of(80);
      case "https", "wss" -> OptionalInt.of(443);
      case "ftp" -> OptionalInt.of(21);
      default -> OptionalInt.empty();
    };
  }

  static boolean isSpecial(String scheme) {
    return scheme.equals("file") || defaultPort(scheme).isPresent();
  }
}
