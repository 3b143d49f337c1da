package dev.dialkey.holepunch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dialkey.addressing.SocketAddrs;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:0, PORT_ZERO",
    "0.0.0.0:1, UNSPECIFIED",
    "[::]:1, UNSPECIFIED",
    "[::ffff:0.0.0.0]:1, UNSPECIFIED",
    "224.0.0.251:5353, MULTICAST",
    "239.255.255.255:1, MULTICAST",
    "[ff02::fb]:5353, MULTICAST",
    "[::ffff:224.0.0.1]:1, MULTICAST",
    "255.255.255.255:1, BROADCAST",
    "[::ffff:255.255.255.255]:1, BROADCAST",
    "[fe80::1]:1, NO_SCOPE",
  })
  void addressThatCannotBeOneHostsIsRefusedWithItsReason(String text, Exclusion reason) {
    InetSocketAddress address = SocketAddrs.parse(text);

    assertThat(Candidate.objection(address)).contains(reason);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Candidate(address))
        .withMessageContaining(reason.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1:1", "[::1]:65535", "192.0.2.255:9", "[2001:db8::1]:9", "[fe80::1%3]:9"})
  void addressOfOneHostIsACandidateAndPrintsAsItWas(String text) {
    assertThat(Candidate.objection(SocketAddrs.parse(text))).isEmpty();
    assertThat(candidate(text)).hasToString(text);
  }

  @Test
  void unresolvedAddressIsRefusedWithoutLookingItUp() {
    var unresolved = InetSocketAddress.createUnresolved("relay.example", 1);

    assertThatIllegalArgumentException().isThrownBy(() -> new Candidate(unresolved));
    assertThatIllegalArgumentException().isThrownBy(() -> Candidate.objection(unresolved));
  }

  @Test
  void mappedAddressIsTheSameCandidateAsItsIpv4Address() {
    Candidate mapped = candidate("[::ffff:192.0.2.1]:7");

    assertThat(mapped).isEqualTo(candidate("192.0.2.1:7")).hasToString("192.0.2.1:7");
    assertThat(mapped.hashCode()).isEqualTo(candidate("192.0.2.1:7").hashCode());
    assertThat(mapped.family()).isEqualTo(AddressFamily.IPV4);
  }

  @Test
  void addressThatOnlyLooksMappedStaysIpv6() {
    assertThat(candidate("[::fffe:192.0.2.1]:7").family()).isEqualTo(AddressFamily.IPV6);
    assertThat(candidate("[1::ffff:192.0.2.1]:7").family()).isEqualTo(AddressFamily.IPV6);
  }

  @Test
  void hostNameOfAnAddressPlaysNoPart() throws Exception {
    var named = InetAddress.getByAddress("printer.example", new byte[] {(byte) 192, 0, 2, 1});

    assertThat(new Candidate(new InetSocketAddress(named, 7)))
        .isEqualTo(candidate("192.0.2.1:7"))
        .hasToString("192.0.2.1:7");
  }

  @Test
  void linkLocalAddressesOfTwoInterfacesAreTwoCandidates() {
    assertThat(candidate("[fe80::1%3]:7")).isNotEqualTo(candidate("[fe80::1%4]:7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:1",
        "10.1.2.3:1",
        "172.16.0.1:1",
        "192.168.1.1:1",
        "169.254.1.1:1",
        "100.64.0.1:1",
        "100.127.255.255:1",
        "[::1]:1",
        "[fc00::1]:1",
        "[fdff::1]:1",
        "[fe80::1%1]:1"
      })
  void addressThatMeansSomethingOnlyNearbyIsLocal(String text) {
    assertThat(candidate(text).isLocal()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1:1",
        "172.32.0.1:1",
        "100.63.255.255:1",
        "100.128.0.1:1",
        "[2001:db8::1]:1",
        "[fe00::1]:1",
        "[64ff:9b::1]:1"
      })
  void addressOfThePublicInternetIsNotLocal(String text) {
    assertThat(candidate(text).isLocal()).isFalse();
  }

  private static Candidate candidate(String text) {
    return new Candidate(SocketAddrs.parse(text));
  }
}
