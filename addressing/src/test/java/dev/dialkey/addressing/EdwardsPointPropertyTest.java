package dev.dialkey.addressing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.math.BigInteger;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/**
 * The fast field arithmetic against a slow model in BigInteger that follows the rules literally.
 */
class EdwardsPointPropertyTest {
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger P = ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger D =
      BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);
  private static final BigInteger SQRT_MINUS_ONE =
      BigInteger.TWO.modPow(P.subtract(ONE).shiftRight(2), P);

  private record Point(BigInteger x, BigInteger y) {
    Point plus(Point other) {
      BigInteger product = D.multiply(x).multiply(other.x).multiply(y).multiply(other.y).mod(P);
      BigInteger sumX = x.multiply(other.y).add(y.multiply(other.x));
      BigInteger sumY = y.multiply(other.y).add(x.multiply(other.x));
      return new Point(
          sumX.multiply(ONE.add(product).modInverse(P)).mod(P),
          sumY.multiply(ONE.subtract(product).modInverse(P)).mod(P));
    }

    byte[] compress() {
      byte[] encoded = littleEndian(y);
      encoded[31] |= (byte) (x.testBit(0) ? 0x80 : 0);
      return encoded;
    }
  }

  @Test
  void decompressionAgreesWithTheModelOnAnyBytes() {
    qt().withExamples(2_000)
        .forAll(encodings())
        .checkAssert(bytes -> {
          Optional<byte[]> expected = model(bytes).map(Point::compress);
          Optional<byte[]> actual = EdwardsPoint.decompress(bytes).map(EdwardsPoint::compress);
          assertThat(actual.isPresent()).isEqualTo(expected.isPresent());
          expected.ifPresent(encoded -> assertThat(actual.orElseThrow()).isEqualTo(encoded));
        });
  }

  @Test
  void additionAgreesWithTheModel() {
    qt().withExamples(300)
        .forAll(points(), points())
        .checkAssert((a, b) -> {
          var sum = point(a).add(point(b));
          var difference = point(a).add(point(b).negate());
          assertThat(sum.compress())
              .isEqualTo(model(a).orElseThrow().plus(model(b).orElseThrow()).compress());
          assertThat(difference.add(point(b)).compress()).isEqualTo(point(a).compress());
        });
  }

  @Test
  void pointIsWeakExactlyIfEightTimesItIsTheIdentity() {
    qt().withExamples(500)
        .forAll(points())
        .checkAssert(bytes -> {
          Point twice = doubled(model(bytes).orElseThrow());
          Point eightTimes = doubled(doubled(twice));
          boolean weak = eightTimes.x().signum() == 0 && eightTimes.y().equals(ONE);
          assertThat(EndpointId.fromBytes(bytes).isWeak()).isEqualTo(weak);
        });
  }

  private static Point doubled(Point point) {
    return point.plus(point);
  }

  private static EdwardsPoint point(byte[] encoded) {
    return EdwardsPoint.decompress(encoded).orElseThrow();
  }

  /** Random bytes, and values near 0, p and 2^255 where the rules differ. */
  private static Gen<byte[]> encodings() {
    Gen<byte[]> random =
        lists()
            .of(integers().between(0, 255))
            .ofSize(32)
            .map(values -> {
              var bytes = new byte[32];
              for (int i = 0; i < bytes.length; i++) {
                bytes[i] = values.get(i).byteValue();
              }
              return bytes;
            });
    Gen<byte[]> edges =
        arbitrary()
            .pick(BigInteger.ZERO, P, ONE.shiftLeft(255))
            .zip(
                integers().between(-25, 25),
                (edge, offset) ->
                    littleEndian(edge.add(BigInteger.valueOf(offset)).mod(ONE.shiftLeft(256))));
    return random.mix(edges, 40);
  }

  /** Every second y has no point; the next one that has is taken instead. */
  private static Gen<byte[]> points() {
    return encodings()
        .map(bytes -> {
          byte[] candidate = bytes.clone();
          while (model(candidate).isEmpty()) {
            candidate[0]++;
          }
          return candidate;
        });
  }

  private static Optional<Point> model(byte[] encoded) {
    BigInteger bits = new BigInteger(1, littleEndian(new BigInteger(1, encoded)));
    BigInteger y = bits.clearBit(255).mod(P);
    BigInteger ySquared = y.multiply(y).mod(P);
    BigInteger square =
        ySquared.subtract(ONE).multiply(D.multiply(ySquared).add(ONE).modInverse(P)).mod(P);
    BigInteger root = square.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
    if (!root.multiply(root).mod(P).equals(square)) {
      root = root.multiply(SQRT_MINUS_ONE).mod(P);
    }
    if (!root.multiply(root).mod(P).equals(square)) {
      return Optional.empty();
    }
    boolean wrongSign = root.testBit(0) != bits.testBit(255);
    return Optional.of(new Point(wrongSign ? root.negate().mod(P) : root, y));
  }

  /** 32 bytes, least significant first; also turns such bytes round again. */
  private static byte[] littleEndian(BigInteger value) {
    byte[] bigEndian = value.toByteArray();
    var bytes = new byte[32];
    for (int i = 0; i < Math.min(32, bigEndian.length); i++) {
      bytes[i] = bigEndian[bigEndian.length - 1 - i];
    }
    return bytes;
  }
}
