package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import dev.dialkey.addressing.internal.Ascii;

/**
 * A value that people pass on as one word: a kind, then bytes in lower-case base32, {@code
 * docs/spec/addressing.md} section 9.
 *
 * <p>Applications may define kinds of their own with {@link #format} and {@link #payload}. A ticket
 * has no signature, checksum or expiry: treat what it says as a hint from whoever gave it.
 */
public interface Ticket {
  /**
   * The word that the text begins with, compared case-sensitively.
   *
   * @return the kind, such as {@code endpoint}
   */
  String kind();

  /**
   * The content behind the kind.
   *
   * @return a new array
   */
  byte[] toBytes();

  /**
   * Writes the text of a ticket.
   *
   * @param kind the word it begins with
   * @param payload the content
   * @return the text that {@link #payload} takes apart
   */
  static String format(String kind, byte[] payload) {
    return kind + Base32.RFC4648.encode(payload);
  }

  /**
   * Takes the text of a ticket apart. The kind must match exactly, the rest may be in any letter
   * case. Nothing is trimmed: a line end at the end is an error.
   *
   * @param kind the kind that is expected
   * @param text the ticket
   * @return the content, not yet checked
   * @throws AddressFormatException of kind TICKET_KIND or BASE32
   */
  static byte[] payload(String kind, String text) {
    if (!text.startsWith(kind)) {
      throw new AddressFormatException(
          Kind.TICKET_KIND,
          "this is no %s ticket: it does not start with \"%s\" but with \"%s\""
              .formatted(
                  kind, kind, Ascii.excerpt(text.substring(0, Math.min(text.length(), 12)))));
    }
    return Base32.RFC4648.decode(text, kind.length());
  }
}
