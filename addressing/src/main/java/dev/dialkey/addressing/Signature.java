package dev.dialkey.addressing;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * An Ed25519 signature: 32 bytes R, then 32 bytes S, little-endian (RFC 8032 section 5.1.6).
 *
 * <p>Any 64 bytes can be held; whether they prove anything is for {@link EndpointId#verify} to say.
 * Immutable.
 */
public final class Signature {
  /** The size of a signature. */
  public static final int BYTES = 64;

  private final byte[] bytes;

  private Signature(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Takes a signature as received; the array is copied.
   *
   * @param bytes 64 bytes
   * @return the signature
   * @throws AddressFormatException of kind LENGTH
   */
  public static Signature fromBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw KeyText.wrongLength("signature", BYTES, bytes.length);
    }
    return new Signature(bytes.clone());
  }

  /**
   * The bytes as received or made.
   *
   * @return a new array of 64 bytes
   */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Signature signature && Arrays.equals(bytes, signature.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Lower-case hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
