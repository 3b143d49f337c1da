package dev.dialkey.addressing;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519Field;

/**
 * A point of edwards25519 in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z (RFC 8032 section
 * 5.1.4). For public values only: nothing here runs in constant time. Immutable by convention; the
 * arrays are never written after construction.
 */
final class EdwardsPoint {
  private static final int BYTES = 32;
  private static final int SIGN_BIT = 0x80;

  /** The curve constant d = -121665/121666, little-endian. */
  private static final int[] D =
      field("a3785913ca4deb75abd841414d0a700098e879777940c78c73fe6f2bee6c0352");

  private static final int[] TWICE_D = sum(D, D);
  private static final EdwardsPoint IDENTITY = new EdwardsPoint(zero(), one(), one(), zero());

  /** The base point: y = 4/5, x even. */
  private static final EdwardsPoint BASE =
      decompress(HexFormat.of().parseHex("58" + "66".repeat(31))).orElseThrow();

  private final int[] x;
  private final int[] y;
  private final int[] z;
  private final int[] t;

  private EdwardsPoint(int[] x, int[] y, int[] z, int[] t) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.t = t;
  }

  /**
   * Empty if no point has this y. A y of p or more is reduced, and the sign bit of x = 0 ignored.
   */
  static Optional<EdwardsPoint> decompress(byte[] encoded) {
    int[] y = X25519Field.create();
    X25519Field.decode(encoded, y); // drops the sign bit
    int[] ySquared = X25519Field.create();
    X25519Field.sqr(y, ySquared);
    int[] numerator = difference(ySquared, one());
    int[] denominator = sum(product(ySquared, D), one());
    int[] x = X25519Field.create();
    if (!X25519Field.sqrtRatioVar(numerator, denominator, x)) {
      return Optional.empty();
    }
    X25519Field.normalize(x);
    int sign = (encoded[BYTES - 1] & SIGN_BIT) == 0 ? 0 : 1;
    if ((x[0] & 1) != sign) {
      X25519Field.negate(x, x);
      X25519Field.carry(x);
    }
    return Optional.of(new EdwardsPoint(x, y, one(), product(x, y)));
  }

  byte[] compress() {
    int[] inverse = X25519Field.create();
    X25519Field.invVar(z, inverse);
    int[] affineX = product(x, inverse);
    int[] affineY = product(y, inverse);
    X25519Field.normalize(affineX);
    X25519Field.normalize(affineY);
    var encoded = new byte[BYTES];
    X25519Field.encode(affineY, encoded);
    if ((affineX[0] & 1) == 1) {
      encoded[BYTES - 1] |= (byte) SIGN_BIT;
    }
    return encoded;
  }

  EdwardsPoint negate() {
    return new EdwardsPoint(difference(zero(), x), y, z, difference(zero(), t));
  }

  /** The complete addition law: it also doubles, and needs no exception for any pair of points. */
  EdwardsPoint add(EdwardsPoint other) {
    int[] a = product(difference(y, x), difference(other.y, other.x));
    int[] b = product(sum(y, x), sum(other.y, other.x));
    int[] c = product(product(t, TWICE_D), other.t);
    int[] zz = product(z, other.z);
    int[] d = sum(zz, zz);
    int[] e = difference(b, a);
    int[] f = difference(d, c);
    int[] g = sum(d, c);
    int[] h = sum(b, a);
    return new EdwardsPoint(product(e, f), product(g, h), product(f, g), product(e, h));
  }

  /** s·B + k·P with one chain of doublings for both scalars, which are below 2^256. */
  static EdwardsPoint multiplyBaseAndAdd(BigInteger s, BigInteger k, EdwardsPoint point) {
    EdwardsPoint both = BASE.add(point);
    EdwardsPoint result = IDENTITY;
    for (int bit = Math.max(s.bitLength(), k.bitLength()) - 1; bit >= 0; bit--) {
      result = result.add(result);
      if (s.testBit(bit)) {
        result = result.add(k.testBit(bit) ? both : BASE);
      } else if (k.testBit(bit)) {
        result = result.add(point);
      }
    }
    return result;
  }

  private static int[] field(String littleEndianHex) {
    int[] element = X25519Field.create();
    X25519Field.decode(HexFormat.of().parseHex(littleEndianHex), element);
    return element;
  }

  private static int[] zero() {
    return X25519Field.create();
  }

  private static int[] one() {
    int[] element = X25519Field.create();
    X25519Field.one(element);
    return element;
  }

  private static int[] product(int[] a, int[] b) {
    int[] result = X25519Field.create();
    X25519Field.mul(a, b, result);
    return result;
  }

  // Sums and differences are carried at once: multiplication takes limbs of bounded size only.

  private static int[] sum(int[] a, int[] b) {
    int[] result = X25519Field.create();
    X25519Field.add(a, b, result);
    X25519Field.carry(result);
    return result;
  }

  private static int[] difference(int[] a, int[] b) {
    int[] result = X25519Field.create();
    X25519Field.sub(a, b, result);
    X25519Field.carry(result);
    return result;
  }
}
