package dev.dialkey.addressing;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The name of the protocol spoken on a connection (RFC 7301): 1 to 255 bytes, compared bytewise,
 * usually ASCII with a version such as {@code my-app/1}. Immutable.
 */
public final class Alpn {
  /** The longest name that TLS can carry. */
  public static final int MAX_BYTES = 255;

  private final byte[] bytes;

  private Alpn(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A name given as text, encoded in UTF-8.
   *
   * @param name text of 1 to 255 bytes
   * @return the name
   * @throws IllegalArgumentException if the text is empty, too long or not encodable
   */
  public static Alpn of(String name) {
    // One character is at least one byte: refused here, hostile text is never encoded as a whole.
    requireSize(name.length());
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
      var bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      requireSize(bytes.length);
      return new Alpn(bytes);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("ALPN text has half a surrogate pair", e);
    }
  }

  /**
   * A name given as bytes; the array is copied.
   *
   * @param name 1 to 255 bytes
   * @return the name
   * @throws IllegalArgumentException if there are no or too many bytes
   */
  public static Alpn of(byte[] name) {
    requireSize(name.length);
    return new Alpn(name.clone());
  }

  /**
   * The bytes that TLS carries.
   *
   * @return a new array
   */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Alpn alpn && Arrays.equals(bytes, alpn.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The text where all bytes are printable ASCII, else {@code 0x} and hexadecimal. */
  @Override
  public String toString() {
    for (byte b : bytes) {
      if (b < ' ' || b > '~') {
        return "0x" + HexFormat.of().formatHex(bytes);
      }
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static void requireSize(int size) {
    if (size < 1 || size > MAX_BYTES) {
      throw new IllegalArgumentException("an ALPN has 1 to " + MAX_BYTES + " bytes, not " + size);
    }
  }
}
