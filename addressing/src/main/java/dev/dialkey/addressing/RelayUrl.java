package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import dev.dialkey.addressing.internal.Ascii;
import dev.dialkey.addressing.internal.MalformedTextException;
import dev.dialkey.addressing.internal.WhatwgUrl;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The URL of a relay, normalised by the WHATWG URL standard (https://url.spec.whatwg.org).
 *
 * <p>Equality, order and text are those of the normalised form: {@code HTTPS://Example.com:443} and
 * {@code https://example.com/} are equal. A dot at the end of the host makes a different URL; hosts
 * with that dot are recommended, since they keep DNS search domains out. {@code
 * docs/spec/addressing.md} section 5. Immutable.
 */
public final class RelayUrl implements Comparable<RelayUrl> {
  private final WhatwgUrl url;

  private RelayUrl(WhatwgUrl url) {
    this.url = url;
  }

  /**
   * A relay named by a user or a configuration: an {@code http} or {@code https} URL.
   *
   * @param text the URL; surrounding spaces are ignored
   * @return the relay
   * @throws AddressFormatException of kind URL; where only {@code https://} seems to be missing,
   *     the message proposes the repaired URL
   */
  public static RelayUrl of(String text) {
    RelayUrl relay;
    try {
      relay = new RelayUrl(WhatwgUrl.parse(text));
    } catch (MalformedTextException e) {
      throw malformed("a relay URL is malformed: " + e.getMessage() + proposal(text), e);
    }
    if (!relay.isDialable()) {
      throw new AddressFormatException(
          Kind.URL,
          "a relay URL starts with https:// or http://, not with \"%s:\"%s"
              .formatted(Ascii.excerpt(relay.scheme()), proposal(text)));
    }
    return relay;
  }

  /**
   * A relay named by a {@link URI}, under the same rules as {@link #of(String)}.
   *
   * @param uri the URL
   * @return the relay
   * @throws AddressFormatException of kind URL
   */
  public static RelayUrl of(URI uri) {
    return of(uri.toString());
  }

  /**
   * Reads a URL found in a ticket or record. Every absolute URL is accepted, so that one odd relay
   * does not spoil the whole; ask {@link #isDialable()} before using it.
   *
   * @param text the URL
   * @return the relay
   * @throws AddressFormatException of kind URL
   */
  public static RelayUrl parse(String text) {
    try {
      return new RelayUrl(WhatwgUrl.parse(text));
    } catch (MalformedTextException e) {
      throw malformed("a relay URL is malformed: " + e.getMessage(), e);
    }
  }

  /**
   * Whether this URL may be dialled at all: its scheme is {@code http} or {@code https}. Such a URL
   * always has a host.
   *
   * @return false for a URL that is only data
   */
  public boolean isDialable() {
    return scheme().equals("https") || scheme().equals("http");
  }

  /**
   * The scheme.
   *
   * @return lower case, without colon
   */
  public String scheme() {
    return url.scheme();
  }

  /**
   * The host: a domain in ASCII, an IPv4 address, or an IPv6 address in brackets. A dot at its end
   * is kept here; drop it for TLS server names and the HTTP Host header.
   *
   * @return the host, empty for URLs without authority
   */
  public Optional<String> host() {
    return url.host();
  }

  /**
   * The port to connect to.
   *
   * @return the explicit port or the default one of the scheme; empty if there is neither
   */
  public OptionalInt port() {
    return url.port().isPresent() ? url.port() : WhatwgUrl.defaultPort(url.scheme());
  }

  /** Order of the normalised text, byte by byte; it is all ASCII. */
  @Override
  public int compareTo(RelayUrl other) {
    return url.text().compareTo(other.url.text());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RelayUrl relay && url.text().equals(relay.url.text());
  }

  @Override
  public int hashCode() {
    return url.text().hashCode();
  }

  /** The normalised URL. */
  @Override
  public String toString() {
    return url.text();
  }

  private static AddressFormatException malformed(String message, MalformedTextException cause) {
    return new AddressFormatException(Kind.URL, message, cause);
  }

  /** The classic slip is {@code relay.example.com:443}, whose scheme is "relay.example.com". */
  private static String proposal(String text) {
    if (text.contains("://")) {
      return "";
    }
    try {
      WhatwgUrl repaired = WhatwgUrl.parse("https://" + text);
      return "; did you mean " + Ascii.excerpt(repaired.text()) + " ?";
    } catch (MalformedTextException _) {
      return "";
    }
  }
}
