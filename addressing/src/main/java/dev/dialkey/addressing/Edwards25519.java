package dev.dialkey.addressing;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.math.ec.rfc7748.X25519Field;

/**
 * The rules about curve points that no provider offers in this form: which bytes are a key, which
 * keys are weak, and the strict signature check. {@code docs/spec/addressing.md} sections 1 and 4.
 *
 * <p>BouncyCastle does the field arithmetic. Its {@code Ed25519.verify} is not used: it compares
 * points after multiplying with a scalar that may be even, so it cannot see a difference of small
 * order. Nothing here touches secrets, so the running time may depend on the values.
 */
final class Edwards25519 {
  private static final int POINT_BYTES = 32;

  /** The order of the base point, 2^252 + 27742317777372353535851937790883648493. */
  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  /** y of the eight points whose order divides 8, little-endian; the sign of x plays no part. */
  private static final Set<String> SMALL_ORDER_Y =
      Stream.of(
              "00".repeat(32), // order 4
              "01" + "00".repeat(31), // the identity
              "ec" + "ff".repeat(30) + "7f", // -1, order 2
              "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
              "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a") // order 8
          .collect(Collectors.toUnmodifiableSet());

  private Edwards25519() {}

  /**
   * Whether these 32 bytes are a point by the lenient rule: y is reduced, the sign of x = 0
   * ignored.
   */
  static boolean decompresses(byte[] encoded) {
    return EdwardsPoint.decompress(encoded).isPresent();
  }

  /** Whether the order of this point divides 8. The bytes must decompress. */
  static boolean isSmallOrder(byte[] encoded) {
    return SMALL_ORDER_Y.contains(HexFormat.of().formatHex(reducedY(encoded)));
  }

  static boolean verifyStrict(byte[] publicKey, byte[] message, byte[] signature) {
    byte[] encodedR = Arrays.copyOfRange(signature, 0, POINT_BYTES);
    BigInteger s = littleEndian(Arrays.copyOfRange(signature, POINT_BYTES, Signature.BYTES));
    if (s.compareTo(ORDER) >= 0 || isSmallOrder(publicKey)) {
      return false;
    }
    if (!decompresses(encodedR) || isSmallOrder(encodedR)) {
      return false;
    }
    BigInteger k = littleEndian(sha512(encodedR, publicKey, message)).mod(ORDER);
    return EdwardsPoint.decompress(publicKey)
        .map(a -> EdwardsPoint.multiplyBaseAndAdd(s, k, a.negate()))
        .map(expected -> Arrays.equals(expected.compress(), encodedR))
        .orElse(false);
  }

  private static byte[] reducedY(byte[] encoded) {
    int[] y = X25519Field.create();
    X25519Field.decode(encoded, y); // drops the sign bit
    X25519Field.normalize(y);
    var reduced = new byte[POINT_BYTES];
    X25519Field.encode(y, reduced);
    return reduced;
  }

  private static BigInteger littleEndian(byte[] bytes) {
    var reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, reversed);
  }

  private static byte[] sha512(byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-512");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-512", e);
    }
  }
}
