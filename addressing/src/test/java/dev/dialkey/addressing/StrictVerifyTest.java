package dev.dialkey.addressing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;

/** The strict rule where it differs from what providers do, and agreement with them elsewhere. */
class StrictVerifyTest {
  private static final BigInteger ORDER =
      new BigInteger(
          "7237005577332262213973186563042994240857116359379907606001950938285454250989");

  /** A point of order 8. */
  private static final EdwardsPoint TORSION =
      EdwardsPoint.decompress(
              hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
          .orElseThrow();

  private static final EdwardsPoint IDENTITY =
      EdwardsPoint.decompress(hex("01" + "00".repeat(31))).orElseThrow();

  @Test
  void signaturesOfOurKeysSatisfyTheProvidersToo() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (var key = SecretKey.generate()) {
        byte[] message = Arrays.copyOf(key.endpointId().toBytes(), i);
        Signature signature = key.sign(message);
        byte[] id = key.endpointId().toBytes();

        assertThat(key.endpointId().verify(message, signature)).isTrue();
        assertThat(Ed25519.verify(signature.toBytes(), 0, id, 0, message, 0, i)).isTrue();
        assertThat(jdkVerifies(id, message, signature.toBytes())).isTrue();
      }
    }
  }

  @Test
  void everyFlippedBitOfASignatureIsNoticed() {
    byte[] message = {1, 2, 3};
    try (var key = SecretKey.generate()) {
      byte[] good = key.sign(message).toBytes();
      for (int bit = 0; bit < 8 * good.length; bit++) {
        byte[] bad = good.clone();
        bad[bit / 8] ^= (byte) (1 << bit % 8);

        assertThat(key.endpointId().verify(message, Signature.fromBytes(bad)))
            .as("bit %d", bit)
            .isFalse();
      }
    }
  }

  @Test
  void keyWithATorsionPartIsJudgedByTheExactEquation() throws Exception {
    // For the key A + T with T of order 8, S·B - k·(A + T) is R - k·T: equal to R if 8 divides k
    // and
    // in no other case. A check that multiplies by the cofactor would accept them all.
    BigInteger a = BigInteger.valueOf(0x1234_5678_9abcL);
    byte[] key = times(a).add(TORSION).compress();
    EndpointId id = EndpointId.fromBytes(key);
    assertThat(id.isWeak()).isFalse();
    int accepted = 0;
    int tries = 200;
    for (int i = 0; i < tries; i++) {
      byte[] message = ByteBuffer.allocate(4).putInt(i).array();
      BigInteger r = BigInteger.valueOf(1_000_003L + i);
      byte[] encodedR = times(r).compress();
      BigInteger k = challenge(encodedR, key, message);
      byte[] signature = join(encodedR, r.add(k.multiply(a)).mod(ORDER));

      boolean exact = k.mod(BigInteger.valueOf(8)).signum() == 0;
      assertThat(id.verify(message, Signature.fromBytes(signature))).isEqualTo(exact);
      accepted += exact ? 1 : 0;
    }
    assertThat(accepted).isBetween(1, tries - 1);
  }

  @Test
  void pointRWithATorsionPartIsRefused() throws Exception {
    BigInteger a = BigInteger.valueOf(77);
    byte[] key = times(a).compress();
    byte[] message = {9};
    BigInteger r = BigInteger.valueOf(99);
    byte[] encodedR = times(r).add(TORSION).compress();
    BigInteger s = r.add(challenge(encodedR, key, message).multiply(a)).mod(ORDER);

    assertThat(EndpointId.fromBytes(key).verify(message, Signature.fromBytes(join(encodedR, s))))
        .isFalse();
  }

  @Test
  void scalarsUpToTheOrderAreReadButNotTheOrderItself() {
    try (var key = SecretKey.generate()) {
      var r = times(BigInteger.TEN).compress();
      for (BigInteger s : new BigInteger[] {ORDER.subtract(BigInteger.ONE), ORDER}) {
        assertThat(key.endpointId().verify(new byte[0], Signature.fromBytes(join(r, s)))).isFalse();
      }
    }
  }

  @Test
  void everySmallOrderPointIsWeakAndEightTimesItIsTheIdentity() {
    EdwardsPoint point = IDENTITY;
    for (int i = 0; i < 8; i++) {
      byte[] encoded = point.compress();
      assertThat(EndpointId.fromBytes(encoded).isWeak()).isTrue();
      EdwardsPoint twice = point.add(point);
      EdwardsPoint fourTimes = twice.add(twice);
      assertThat(fourTimes.add(fourTimes).compress()).isEqualTo(IDENTITY.compress());
      point = point.add(TORSION);
    }
    assertThat(point.compress()).isEqualTo(IDENTITY.compress());
  }

  private static EdwardsPoint times(BigInteger scalar) {
    return EdwardsPoint.multiplyBaseAndAdd(scalar, BigInteger.ZERO, IDENTITY);
  }

  private static BigInteger challenge(byte[] r, byte[] key, byte[] message) throws Exception {
    var digest = MessageDigest.getInstance("SHA-512");
    digest.update(r);
    digest.update(key);
    return new BigInteger(1, reversed(digest.digest(message))).mod(ORDER);
  }

  private static byte[] join(byte[] r, BigInteger s) {
    byte[] bigEndian = s.toByteArray();
    var signature = Arrays.copyOf(r, Signature.BYTES);
    for (int i = 0; i < Math.min(32, bigEndian.length); i++) {
      signature[32 + i] = bigEndian[bigEndian.length - 1 - i];
    }
    return signature;
  }

  private static boolean jdkVerifies(byte[] id, byte[] message, byte[] signature) throws Exception {
    byte[] y = reversed(id);
    boolean xOdd = (y[0] & 0x80) != 0;
    y[0] &= 0x7f;
    var spec =
        new EdECPublicKeySpec(
            NamedParameterSpec.ED25519, new EdECPoint(xOdd, new BigInteger(1, y)));
    var verifier = java.security.Signature.getInstance("Ed25519");
    verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
    verifier.update(message);
    return verifier.verify(signature);
  }

  private static byte[] reversed(byte[] bytes) {
    var reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
