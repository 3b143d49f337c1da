package dev.dialkey.addressing;

/**
 * Text or bytes that are not a well-formed key, id, URL, address or ticket.
 *
 * <p>The {@link #kind()} says which rule was broken. Messages never contain a secret, and quote
 * foreign text only shortened and reduced to printable ASCII.
 */
public final class AddressFormatException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** The form that the input breaks. */
  private final Kind kind;

  /**
   * An error without cause.
   *
   * @param kind the form that is broken
   * @param message where and how it is broken
   */
  public AddressFormatException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /**
   * An error inside an outer form, such as a URL inside a ticket.
   *
   * @param kind the outer form
   * @param message where and how it is broken
   * @param cause the inner error
   */
  public AddressFormatException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /**
   * Which form is broken.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /** Which form the input breaks. */
  public enum Kind {
    /** A key of 64 characters that is not lower-case hexadecimal. */
    HEX,
    /**
     * Base32 of any alphabet: foreign symbol, impossible length, or unused bits that are not zero.
     */
    BASE32,
    /** A key, id or signature of the wrong number of bytes. */
    LENGTH,
    /** 32 bytes that are not a point of the curve Ed25519. */
    KEY,
    /** A relay URL. */
    URL,
    /** A ticket of another kind, or text that is no ticket. */
    TICKET_KIND,
    /** The bytes inside a ticket, or an endpoint address in binary. */
    TICKET_CONTENT,
    /** The address of a custom transport. */
    CUSTOM_ADDR,
    /** An IP address with port. */
    SOCKET_ADDR,
    /** The text that an endpoint publishes beside its addresses. */
    USER_DATA
  }
}
