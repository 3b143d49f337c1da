package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.kind;
import static dev.dialkey.addressing.AddressFormats.toleratesHostile;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A megabyte of text costs milliseconds in linear time and hours in quadratic time, so the time-out
 * can be generous to slow machines and still tell the two apart.
 */
@Timeout(30)
class LongInputTest {
  private static final int MEGABYTE = 1 << 20;

  private static final List<String> URL_PREFIXES =
      List.of(
          "https:",
          "https://",
          "https://e.com/",
          "https://e.com?",
          "https://e.com#",
          "https://e.com:",
          "https://[",
          "file:///C:/",
          "foo:",
          "foo://",
          "foo:/");

  static List<String> units() {
    return List.of(
        "a",
        "y",
        "0",
        "1",
        ".",
        ":",
        "/",
        "\\",
        "@",
        "%",
        "%2e/",
        "../",
        "a/../",
        "?",
        "#",
        "[",
        "]",
        "_",
        " ",
        "\t",
        "ä",
        "a.",
        "1.",
        "ä.",
        "xn--",
        "xn--a.",
        "\u00ad",
        "\ud83d\ude00",
        "\ud800",
        "0x",
        "::",
        "=",
        "\0");
  }

  @ParameterizedTest
  @MethodSource("units")
  void noParserTakesMoreThanLinearTime(String unit) {
    String body = unit.repeat(MEGABYTE / unit.length());

    toleratesHostile(() -> RelayUrl.of(body));
    toleratesHostile(() -> EndpointId.parse(body));
    toleratesHostile(() -> EndpointId.fromZ32(body));
    toleratesHostile(() -> SecretKey.parse(body));
    toleratesHostile(() -> EndpointTicket.parse("endpoint" + body));
    toleratesHostile(() -> BlobTicket.parse("blob" + body));
    toleratesHostile(() -> CustomAddr.parse(body));
    toleratesHostile(() -> CustomAddr.parse("1_" + body));
    for (String prefix : List.of("", "1.2.3.4:", "[", "[::1]:", "[fe80::1%")) {
      toleratesHostile(() -> SocketAddrs.parse(prefix + body));
    }
    for (String prefix : URL_PREFIXES) {
      toleratesHostile(() -> RelayUrl.parse(prefix + body));
    }
  }

  @Test
  void longButValidTextIsRead() {
    String host = "a.".repeat(MEGABYTE / 2) + "example";
    String zeros = "0".repeat(MEGABYTE);

    assertThat(RelayUrl.parse("https://" + host).host()).contains(host);
    assertThat(RelayUrl.parse("https://e.com/" + "a/../".repeat(MEGABYTE)))
        .hasToString("https://e.com/");
    assertThat(RelayUrl.parse("https://e.com:" + zeros + "7").port()).hasValue(7);
    assertThat(SocketAddrs.parse("1.2.3.4:" + zeros + "7").getPort()).isEqualTo(7);
    assertThat(CustomAddr.parse(zeros + "1_" + zeros).data()).hasSize(MEGABYTE / 2);
  }

  @Test
  void internationalHostIsBoundedBecausePunycodeIsNotLinear() {
    assertThat(RelayUrl.parse("https://" + "ä".repeat(490) + ".example").host()).isPresent();
    assertThat(kind(() -> RelayUrl.parse("https://" + "ä".repeat(501)))).isEqualTo(Kind.URL);
    assertThat(kind(() -> RelayUrl.parse("https://xn--" + "a".repeat(501)))).isEqualTo(Kind.URL);
    // U+FDFA is mapped to 18 characters.
    assertThat(kind(() -> RelayUrl.parse("https://" + "\ufdfa".repeat(500)))).isEqualTo(Kind.URL);
  }

  @Test
  void ticketOfManyBytesIsReadOrRefusedAsAWhole() {
    byte[] zeros = new byte[MEGABYTE];
    byte[] ones = new byte[MEGABYTE];
    Arrays.fill(ones, (byte) 1);
    byte[] high = new byte[MEGABYTE];
    Arrays.fill(high, (byte) 0xff);

    // Zeros are the weak id 00…00 without addresses, and bytes to be ignored.
    assertThat(EndpointTicket.fromBytes(zeros).addr().addrs()).isEmpty();
    toleratesHostile(() -> EndpointTicket.fromBytes(ones));
    toleratesHostile(() -> EndpointTicket.fromBytes(high));
    toleratesHostile(() -> BlobTicket.fromBytes(zeros));
  }

  @Test
  void hugeRelayUrlInATicketSurvives() {
    var relay = RelayUrl.parse("https://e.com/" + "x".repeat(MEGABYTE));
    var addr = EndpointAddr.of(EndpointId.fromBytes(new byte[32])).withRelay(relay);

    assertThat(EndpointTicket.parse(EndpointTicket.of(addr).toString()).addr()).isEqualTo(addr);
  }
}
