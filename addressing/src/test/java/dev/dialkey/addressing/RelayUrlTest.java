package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.failure;
import static dev.dialkey.addressing.AddressFormats.kind;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayUrlTest {
  @ParameterizedTest
  @CsvSource({
    "relay.example.com:443, https://relay.example.com/",
    "localhost:3340, https://localhost:3340/",
    "relay.example.com, https://relay.example.com/",
    "1.2.3.4:8443, https://1.2.3.4:8443/",
    "[::1]:8443, https://[::1]:8443/",
    "//relay.example.com, https://relay.example.com/",
  })
  void userWhoForgotTheSchemeIsToldTheUrl(String slip, String proposal) {
    assertThat(failure(() -> RelayUrl.of(slip)))
        .hasMessageContaining("did you mean " + proposal + " ?")
        .extracting(AddressFormatException::kind)
        .isEqualTo(Kind.URL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://e.com", "ws://e.com", "mailto:x", "file:///x", "", "https://", "a b"})
  void userCannotNameARelayThatIsNoWebServer(String text) {
    assertThat(kind(() -> RelayUrl.of(text))).isEqualTo(Kind.URL);
  }

  @Test
  void wrongSchemeIsNamedInTheMessage() {
    assertThat(failure(() -> RelayUrl.of("ftp://e.com")))
        .hasMessage("a relay URL starts with https:// or http://, not with \"ftp:\"");
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://e.com, ftp://e.com/",
    "mailto:x, mailto:x",
    "example.com:443, example.com:443",
    "foo://Host:99/../a, foo://Host:99/a",
    "foo:/.//a, foo:/.//a",
    "foo:, foo:",
    "file:///C|/../x, file:///C:/x",
  })
  void anyAbsoluteUrlIsDataButNotDialable(String text, String normalised) {
    RelayUrl url = RelayUrl.parse(text);

    assertThat(url).hasToString(normalised);
    assertThat(url.isDialable()).isFalse();
    assertThat(RelayUrl.parse(normalised)).isEqualTo(url);
  }

  @Test
  void partsOfADialableUrl() {
    RelayUrl url = RelayUrl.of("HTTPS://u@Relay.Example.:0443/x?y#z");

    assertThat(url.isDialable()).isTrue();
    assertThat(url.scheme()).isEqualTo("https");
    assertThat(url.host()).contains("relay.example.");
    assertThat(url.port()).hasValue(443);
    assertThat(url).hasToString("https://u@relay.example./x?y#z");
    assertThat(RelayUrl.of("http://[::1]").port()).hasValue(80);
    assertThat(RelayUrl.of("http://[::1]:81").port()).hasValue(81);
    assertThat(RelayUrl.of("http://[::1]").host()).contains("[::1]");
  }

  @Test
  void partsOfAUrlThatIsOnlyData() {
    assertThat(RelayUrl.parse("mailto:x").host()).isEmpty();
    assertThat(RelayUrl.parse("mailto:x").port()).isEmpty();
  }

  @Test
  void javaUriIsNormalisedLikeText() {
    assertThat(RelayUrl.of(URI.create("https://EXAMPLE.com:443")))
        .isEqualTo(RelayUrl.of("https://example.com/"))
        .hasSameHashCodeAs(RelayUrl.of("https://example.com/"));
  }

  @Test
  void urlsSortByTheirNormalisedText() {
    List<String> sorted =
        List.of("http://b.example/", "https://a.example./", "https://a.example/", "mailto:a");

    assertThat(sorted.reversed().stream().map(RelayUrl::parse).sorted())
        .map(RelayUrl::toString)
        .containsExactlyElementsOf(sorted);
  }

  @ParameterizedTest
  @CsvSource({
    "https://faß.example/, https://xn--fa-hia.example/",
    "https://BÜCHER.example/, https://xn--bcher-kva.example/",
    "https://日本。jp/, https://xn--wgv71a.jp/",
    "https://XN--BCHER-KVA.example/, https://xn--bcher-kva.example/",
    "https://ＧＯ.example/, https://go.example/",
    "https://b%C3%BCcher.example/, https://xn--bcher-kva.example/",
    "https://１.２.３.４/, https://1.2.3.4/",
    "https://a--b.example/, https://a--b.example/",
    "https://-ä-.example./, https://xn-----via.example./",
  })
  void internationalHostsFollowUts46WithoutTransition(String text, String normalised) {
    assertThat(RelayUrl.of(text)).hasToString(normalised);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://xn--a.example/",
        "https://a\u00ad.xn--/",
        "https://\u00ad/",
        "https://%FF.example/",
        "https://\u200d.example/",
        "https://a\u05d0.example/",
        "https://\ud800.example/",
        "https://\uff05.example/"
      })
  void hostThatIsNoInternationalNameIsRefused(String text) {
    assertThat(kind(() -> RelayUrl.of(text))).isEqualTo(Kind.URL);
  }

  @ParameterizedTest
  @CsvSource({
    "https://0300.0250.1/, https://192.168.0.1/",
    "https://0xffffffff/, https://255.255.255.255/",
    "https://1.2.3.4./, https://1.2.3.4/",
    "https://0x.0x/, https://0.0.0.0/",
    "https://1.2.example/, https://1.2.example/",
    "https://[0:0::0:0]/, https://[::]/",
  })
  void numericHostIsAnIpv4Address(String text, String normalised) {
    assertThat(RelayUrl.of(text)).hasToString(normalised);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://0x100000000/",
        "https://1.2.3.256/",
        "https://1.2.3.4.5/",
        "https://example.1/",
        "https://1..2/",
        "https://08/",
        "https://99999999999999999999999/",
        "https://[1.2.3.4]/",
        "https://[::1%251]/",
        "https://[::1]x/",
        "https://a:b:c/",
        "https://u@/",
        "https://:80/",
        "https://a:65536/",
        "foo://a:65536/",
        "foo://u@/",
        "foo://a b/"
      })
  void brokenHostOrPortIsRefused(String text) {
    assertThat(kind(() -> RelayUrl.parse(text))).isEqualTo(Kind.URL);
  }

  @ParameterizedTest
  @CsvSource({
    "'https://e.com/a/./b/../c', https://e.com/a/c",
    "'https://e.com/a/%2e%2E/b/.', https://e.com/b/",
    "'https://e.com/../..', https://e.com/",
    "'https://e.com\\a\\b', https://e.com/a/b",
    "'https://e.com/ü?ü'' #ü', https://e.com/%C3%BC?%C3%BC%27%20#%C3%BC",
    "'https://a@b:c:d@e.com', https://a%40b:c%3Ad@e.com/",
    "'https://:@e.com', https://e.com/",
    "'ht\ttps://e\n.com\r/x', https://e.com/x",
    "'https:////e.com//x', https://e.com//x",
    "'foo:a b ?x', foo:a b%20?x",
  })
  void restOfTheUrlIsNormalised(String text, String normalised) {
    assertThat(RelayUrl.parse(text)).hasToString(normalised);
  }
}
