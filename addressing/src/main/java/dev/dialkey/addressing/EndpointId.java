package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The name of an endpoint: its 32-byte Ed25519 public key.
 *
 * <p>The bytes are kept as given and decide about equality and order (unsigned, first byte first).
 * Every encoding that decompresses to a curve point is accepted, weak and non-canonical ones
 * included, because one odd id must not spoil a whole ticket or record; see {@link #isWeak()}. The
 * point itself is checked once, when the id is made. Forms: {@code docs/spec/addressing.md}
 * sections 1 and 2. Immutable.
 */
public final class EndpointId implements Comparable<EndpointId> {
  /** The size of an endpoint id. */
  public static final int BYTES = KeyText.KEY_BYTES;

  private static final int SHORT_BYTES = 5;
  private static final String TLS_SUFFIX = ".iroh.invalid";

  private final byte[] bytes;

  private EndpointId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Takes an id in binary; the array is copied.
   *
   * @param bytes 32 bytes
   * @return the id
   * @throws AddressFormatException of kind LENGTH, or KEY if the bytes are no curve point
   */
  public static EndpointId fromBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw KeyText.wrongLength("endpoint id", BYTES, bytes.length);
    }
    return checked(bytes.clone());
  }

  /**
   * Reads what people write: 64 characters of lower-case hex, or 52 symbols of base32 (RFC 4648,
   * any letter case, no padding). z-base-32 is not recognised, nothing is trimmed.
   *
   * @param text the id
   * @return the id
   * @throws AddressFormatException of kind HEX, BASE32, LENGTH or KEY
   */
  public static EndpointId parse(String text) {
    return checked(KeyText.parse(text));
  }

  /**
   * Reads the form used in DNS names and pkarr paths: 52 symbols of z-base-32, lower case.
   *
   * @param text the id
   * @return the id
   * @throws AddressFormatException of kind BASE32, LENGTH or KEY
   */
  public static EndpointId fromZ32(String text) {
    byte[] bytes = Base32.Z_BASE.decode(text);
    if (bytes.length != BYTES) {
      throw KeyText.wrongLength("endpoint id", BYTES, bytes.length);
    }
    return checked(bytes);
  }

  /**
   * The bytes as given.
   *
   * @return a new array of 32 bytes
   */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /**
   * Whether this is a point of small order, for which nobody can hold the secret key. Such an id
   * may be stored and compared, but dialling it, publishing it or accepting it as a peer must fail.
   *
   * @return true if no endpoint can prove this id
   */
  public boolean isWeak() {
    return Edwards25519.isSmallOrder(bytes);
  }

  /**
   * Checks a signature by the strict rule of {@code docs/spec/addressing.md} section 4: S reduced,
   * neither key nor R of small order, and the recomputed R equal byte for byte.
   *
   * @param message the signed bytes
   * @param signature the signature
   * @return true if the holder of this id's secret key signed the message
   */
  public boolean verify(byte[] message, Signature signature) {
    return Edwards25519.verifyStrict(bytes, message, signature.toBytes());
  }

  /**
   * The form for DNS names and pkarr paths.
   *
   * @return 52 symbols of z-base-32
   */
  public String toZ32() {
    return Base32.Z_BASE.encode(bytes);
  }

  /**
   * The form for mDNS labels, also accepted by {@link #parse}.
   *
   * @return 52 lower-case symbols of RFC 4648 base32
   */
  public String toBase32() {
    return Base32.RFC4648.encode(bytes);
  }

  /**
   * A short form for logs and user interfaces. It cannot be parsed and does not name an endpoint
   * safely: others can make keys with the same beginning.
   *
   * @return the first five bytes in hexadecimal
   */
  public String shortString() {
    return HexFormat.of().formatHex(bytes, 0, SHORT_BYTES);
  }

  /**
   * The server name under which TLS session tickets for this endpoint are kept. It is never sent.
   *
   * @return 52 symbols of base32 in the extended hex alphabet, then {@code .iroh.invalid}
   */
  public String tlsName() {
    return Base32.HEX.encode(bytes) + TLS_SUFFIX;
  }

  @Override
  public int compareTo(EndpointId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EndpointId id && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 characters of lower-case hexadecimal, as {@link #parse} reads them. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }

  private static EndpointId checked(byte[] bytes) {
    if (!Edwards25519.decompresses(bytes)) {
      throw new AddressFormatException(
          Kind.KEY, "these 32 bytes are not a valid public key: no curve point has them");
    }
    return new EndpointId(bytes);
  }
}
