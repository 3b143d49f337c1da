package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.kind;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EndpointIdTest {
  private static final String K1 =
      "ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6";

  @Test
  void idsAreEqualByBytesAndSortUnsigned() {
    EndpointId high = EndpointId.parse(K1); // first byte ae, negative as a Java byte
    EndpointId low =
        EndpointId.parse("1992d53c02cdc04566e5c0edb1ce83305cd550297953a047a445ea3264b54b18");

    assertThat(high).isGreaterThan(low).isNotEqualTo(low);
    assertThat(EndpointId.parse(high.toBase32()))
        .isEqualTo(high)
        .hasSameHashCodeAs(high)
        .isEqualByComparingTo(high);
  }

  @Test
  void twoEncodingsOfOnePointAreTwoIds() {
    // y = 1 and y = p + 1 are the same point; the bytes are never re-encoded.
    EndpointId canonical = fromHex("01" + "00".repeat(31));
    EndpointId other = fromHex("ee" + "ff".repeat(30) + "7f");

    assertThat(canonical).isNotEqualTo(other);
    assertThat(other).hasToString("ee" + "ff".repeat(30) + "7f");
    assertThat(other.isWeak()).isTrue();
  }

  @Test
  void changingAnArrayNeverChangesAnId() {
    byte[] given = HexFormat.of().parseHex(K1);
    EndpointId id = EndpointId.fromBytes(given);
    given[0] = 0;
    id.toBytes()[0] = 0;

    assertThat(id).hasToString(K1);
  }

  @Test
  void idsMadeFromSecretKeysAreNotWeak() {
    try (var key = SecretKey.fromBytes(new byte[SecretKey.BYTES])) {
      assertThat(key.endpointId().isWeak()).isFalse();
    }
  }

  @Test
  void wrongNumberOfBytesIsALengthError() {
    assertThat(kind(() -> EndpointId.fromBytes(new byte[0]))).isEqualTo(Kind.LENGTH);
    assertThat(kind(() -> EndpointId.fromBytes(new byte[33]))).isEqualTo(Kind.LENGTH);
    assertThat(kind(() -> EndpointId.fromZ32("yyyyyyyy"))).isEqualTo(Kind.LENGTH);
  }

  @Test
  void nonAsciiLookalikesAreNoSymbols() {
    String base32 = EndpointId.parse(K1).toBase32();

    // A dotless i becomes I when upper-cased by the rules of Unicode, and is still no base32
    // symbol.
    assertThat(kind(() -> EndpointId.parse(base32.replace('i', 'ı')))).isEqualTo(Kind.BASE32);
    assertThat(kind(() -> EndpointId.parse(K1.replace('a', '\uff41')))).isEqualTo(Kind.HEX);
  }

  @Test
  void signatureIsEqualByBytesAndPrintsHex() {
    var bytes = new byte[Signature.BYTES];
    bytes[63] = 0x0b;
    Signature signature = Signature.fromBytes(bytes);

    assertThat(signature)
        .isEqualTo(Signature.fromBytes(bytes))
        .hasSameHashCodeAs(Signature.fromBytes(bytes))
        .isNotEqualTo(Signature.fromBytes(new byte[Signature.BYTES]))
        .hasToString("00".repeat(63) + "0b");
    bytes[0] = 1;
    signature.toBytes()[0] = 1;
    assertThat(signature).hasToString("00".repeat(63) + "0b");
    assertThat(kind(() -> Signature.fromBytes(new byte[65]))).isEqualTo(Kind.LENGTH);
  }

  private static EndpointId fromHex(String hex) {
    return EndpointId.fromBytes(HexFormat.of().parseHex(hex));
  }
}
