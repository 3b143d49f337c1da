package dev.dialkey.internal.reflexive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.holepunch.AddressFamily;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryServerTest {
  private static DiscoveryServer server(String url) {
    return new DiscoveryServer(RelayUrl.of(url), 7842);
  }

  @ParameterizedTest
  @CsvSource({
    "https://relay.example, relay.example",
    "https://relay.example./, relay.example",
    "https://192.0.2.1:444, 192.0.2.1",
    "https://[2001:db8::1], 2001:db8::1"
  })
  void certificatesNameTheHostWithoutDotAndBrackets(String url, String host) {
    assertThat(server(url).certificateHost()).isEqualTo(host);
  }

  @Test
  void addressesAreTakenAsTheyStand() throws Exception {
    assertThat(server("https://[2001:db8::1]").resolve(AddressFamily.IPV6))
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 7842));
    assertThatExceptionOfType(UnknownHostException.class)
        .isThrownBy(() -> server("https://192.0.2.1").resolve(AddressFamily.IPV6))
        .withMessageContaining("IPV6");
  }

  @Test
  void theRootsOfTheJvmAreWrittenSoThatTheyCanBeRead() throws Exception {
    byte[] pem = TrustedRoots.withSystem("");
    assertThat(new String(pem, StandardCharsets.US_ASCII)).contains("BEGIN CERTIFICATE");
    var read =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    assertThat(read).hasSizeGreaterThan(10);
  }
}
