package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SecretKeyTest {
  private static final byte[] MESSAGE = {1, 2, 3};
  private static final String SEED =
      "abdaadffee096b95a1ed91430083f8b294468b975bd8eacfb391689703fdcc10";

  @Test
  void generatedKeysDifferAndSign() {
    try (var first = SecretKey.generate();
        var second = SecretKey.generate()) {
      assertThat(first.endpointId()).isNotEqualTo(second.endpointId());
      Signature signature = first.sign(MESSAGE);
      assertThat(first.endpointId().verify(MESSAGE, signature)).isTrue();
      assertThat(second.endpointId().verify(MESSAGE, signature)).isFalse();
    }
  }

  @Test
  void generatedKeyIsTheBytesOfTheRandomSource() {
    var fixed =
        new SecureRandom() {
          private static final long serialVersionUID = 1L;

          @Override
          public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 7);
          }
        };

    try (var key = SecretKey.generate(fixed)) {
      assertThat(key.toBytes()).hasSize(SecretKey.BYTES).containsOnly(7);
    }
  }

  @Test
  void closedKeyKnowsItsIdButNeitherSignsNorShowsItsSeed() {
    var key = SecretKey.parse(SEED);
    EndpointId id = key.endpointId();
    key.close();
    key.close();

    assertThat(key.endpointId()).isEqualTo(id);
    assertThatIllegalStateException().isThrownBy(() -> key.sign(MESSAGE));
    assertThatIllegalStateException().isThrownBy(key::toBytes).withMessageNotContaining(SEED);
  }

  @Test
  void closingWipesTheSeed() throws Exception {
    var key = SecretKey.parse(SEED);
    var field = SecretKey.class.getDeclaredField("seed");
    field.setAccessible(true);
    byte[] seed = (byte[]) field.get(key);
    assertThat(seed).isEqualTo(HexFormat.of().parseHex(SEED));

    key.close();

    assertThat(seed).containsOnly(0);
  }

  @Test
  void keyKeepsACopyOfItsOwn() {
    byte[] seed = HexFormat.of().parseHex(SEED);
    try (var key = SecretKey.fromBytes(seed)) {
      Arrays.fill(seed, (byte) 0);
      Arrays.fill(key.toBytes(), (byte) 0);

      assertThat(HexFormat.of().formatHex(key.toBytes())).isEqualTo(SEED);
    }
  }

  @Test
  void textOfAKeyShowsItsIdOnly() {
    try (var key = SecretKey.parse(SEED)) {
      assertThat(key).hasToString("SecretKey(of 3cf359f65a)");
    }
  }

  @Test
  void errorsNeverShowTheSecret() {
    String almost = SEED.replace("ff", "FF");
    String base32 = "vpnk377obfvzlipnsfbqba7ywkkenc4xlpmovt5tsfujoa75zqib";

    assertThat(failure(() -> SecretKey.parse(almost)).getMessage())
        .isEqualTo("character 7 of 64 is not a lower-case hexadecimal digit");
    assertThat(failure(() -> SecretKey.parse(base32)).getMessage()).doesNotContain("vpnk", "zqib");
    assertThat(failure(() -> SecretKey.parse(base32 + "!")).getMessage()).doesNotContain("!");
    assertThat(failure(() -> SecretKey.fromBytes(new byte[31])).getMessage())
        .isEqualTo("a secret key has 32 bytes, not 31");
  }
}
