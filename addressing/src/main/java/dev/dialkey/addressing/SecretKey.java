package dev.dialkey.addressing;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The identity of an endpoint: a 32-byte Ed25519 seed (RFC 8032 section 5.1.5), of which every
 * value is valid.
 *
 * <p>Safe for use by several threads. {@link #close()} overwrites the seed; afterwards the id is
 * still known, while signing and reading the seed throw {@link IllegalStateException}. The seed is
 * never part of {@link #toString()} or of an error message.
 */
public final class SecretKey implements AutoCloseable {
  /** The size of a secret key. */
  public static final int BYTES = KeyText.KEY_BYTES;

  private final byte[] seed;
  private final byte[] encodedId;
  private final EndpointId endpointId;

  /** Keeps a concurrent close from wiping the seed half-way through a copy. */
  private final ReentrantLock lock = new ReentrantLock();

  private boolean closed;

  private SecretKey(byte[] seed, byte[] encodedId) {
    this.seed = seed;
    this.encodedId = encodedId;
    this.endpointId = EndpointId.fromBytes(encodedId);
  }

  /**
   * Makes a new key from the platform's secure random source.
   *
   * @return a key nobody else has
   */
  public static SecretKey generate() {
    return generate(new SecureRandom());
  }

  /**
   * Makes a new key from a given random source.
   *
   * @param random supplies 32 bytes
   * @return the key
   */
  public static SecretKey generate(SecureRandom random) {
    var seed = new byte[BYTES];
    random.nextBytes(seed);
    return owning(seed);
  }

  /**
   * Takes a seed; the array is copied and may be wiped by the caller.
   *
   * @param seed 32 bytes
   * @return the key
   * @throws AddressFormatException of kind LENGTH
   */
  public static SecretKey fromBytes(byte[] seed) {
    if (seed.length != BYTES) {
      throw KeyText.wrongLength("secret key", BYTES, seed.length);
    }
    return owning(seed.clone());
  }

  /**
   * Reads what tools and the environment variable {@code IROH_SECRET} hold: 64 characters of
   * lower-case hex, or 52 symbols of base32 (RFC 4648, any letter case). Nothing is trimmed.
   *
   * @param text the key
   * @return the key
   * @throws AddressFormatException of kind HEX, BASE32 or LENGTH; the message does not show the
   *     text
   */
  public static SecretKey parse(String text) {
    return owning(KeyText.parse(text));
  }

  /**
   * The public key of this secret key, which is the endpoint's id. Works after {@link #close()}.
   *
   * @return the id
   */
  public EndpointId endpointId() {
    return endpointId;
  }

  /**
   * Signs with plain Ed25519 (RFC 8032 section 5.1.6): deterministic, no context, no pre-hash.
   *
   * @param message the bytes to sign
   * @return the signature
   * @throws IllegalStateException after {@link #close()}
   */
  public Signature sign(byte[] message) {
    byte[] copy = toBytes();
    try {
      var signature = new byte[Signature.BYTES];
      Ed25519.sign(copy, 0, encodedId, 0, message, 0, message.length, signature, 0);
      return Signature.fromBytes(signature);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /**
   * The seed, for storing it or handing it to the TLS engine. The caller wipes the array.
   *
   * @return a new array of 32 bytes
   * @throws IllegalStateException after {@link #close()}
   */
  public byte[] toBytes() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("secret key of " + endpointId.shortString() + " is closed");
      }
      return seed.clone();
    } finally {
      lock.unlock();
    }
  }

  /** Overwrites the seed with zeros. Closing again does nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      Arrays.fill(seed, (byte) 0);
    } finally {
      lock.unlock();
    }
  }

  /** Names the key by its short endpoint id; the secret is not shown. */
  @Override
  public String toString() {
    return "SecretKey(of " + endpointId.shortString() + ")";
  }

  private static SecretKey owning(byte[] seed) {
    var encodedId = new byte[EndpointId.BYTES];
    Ed25519.generatePublicKey(seed, 0, encodedId, 0);
    return new SecretKey(seed, encodedId);
  }
}
