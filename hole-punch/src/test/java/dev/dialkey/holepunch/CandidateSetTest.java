package dev.dialkey.holepunch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dialkey.addressing.CustomAddr;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.addressing.TransportAddr;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidateSetTest {
  private static final EndpointId ID =
      EndpointId.parse("ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6");
  private static final Set<AddressFamily> BOTH = EnumSet.allOf(AddressFamily.class);

  @Test
  void peerWithoutAddressesHasNoCandidates() {
    var set = CandidateSet.forDial(EndpointAddr.of(ID), List.of(), BOTH);

    assertThat(set.candidates()).isEmpty();
    assertThat(set.excluded()).isEmpty();
  }

  @Test
  void kindsOfAddressesTakeTurns() {
    EndpointAddr peer =
        peer(
            "192.0.2.1:1",
            "192.0.2.2:1",
            "10.0.0.1:1",
            "10.0.0.2:1",
            "10.0.0.3:1",
            "[2001:db8::1]:1",
            "[fd00::1]:1");

    assertThat(dialled(peer))
        .containsExactly(
            "[fd00::1]:1",
            "10.0.0.1:1",
            "[2001:db8::1]:1",
            "192.0.2.1:1",
            "10.0.0.2:1",
            "192.0.2.2:1",
            "10.0.0.3:1");
  }

  @Test
  void everyAddressLeftOutHasItsReason() {
    EndpointAddr peer =
        peer("10.0.0.1:0", "0.0.0.0:1", "[::]:1", "224.0.0.1:1", "255.255.255.255:1", "[fe80::1]:1")
            .withRelay(RelayUrl.of("https://relay.example./"))
            .withCustom(CustomAddr.of(0x20, new byte[32]))
            .withIp(SocketAddrs.parse("192.0.2.1:9"));
    var set = CandidateSet.forDial(peer, List.of(), BOTH);

    assertThat(set.candidates()).hasToString("[192.0.2.1:9]");
    assertThat(set.excluded().stream().map(CandidateSet.Excluded::toString))
        .containsExactly(
            "relay:https://relay.example./ (not an IP address)",
            "ip:0.0.0.0:1 (unspecified address)",
            "ip:10.0.0.1:0 (port is 0)",
            "ip:224.0.0.1:1 (multicast address)",
            "ip:255.255.255.255:1 (broadcast address)",
            "ip:[::]:1 (unspecified address)",
            "ip:[fe80::1]:1 (link-local IPv6 address without scope)",
            "custom:20_" + "00".repeat(32) + " (not an IP address)");
  }

  @Test
  void familyWithoutSocketIsLeftOut() {
    EndpointAddr peer = peer("192.0.2.1:1", "[2001:db8::1]:1");

    var onlyIpv4 = CandidateSet.forDial(peer, List.of(), EnumSet.of(AddressFamily.IPV4));
    assertThat(onlyIpv4.candidates()).hasToString("[192.0.2.1:1]");
    assertThat(reason(onlyIpv4, "[2001:db8::1]:1")).isEqualTo(Exclusion.FAMILY_NOT_BOUND);

    var onlyIpv6 = CandidateSet.forDial(peer, List.of(), EnumSet.of(AddressFamily.IPV6));
    assertThat(onlyIpv6.candidates()).hasToString("[[2001:db8::1]:1]");
    assertThat(reason(onlyIpv6, "192.0.2.1:1")).isEqualTo(Exclusion.FAMILY_NOT_BOUND);

    var none = CandidateSet.forDial(peer, List.of(), EnumSet.noneOf(AddressFamily.class));
    assertThat(none.candidates()).isEmpty();
    assertThat(none.excluded()).hasSize(2);
  }

  @Test
  void mappedAddressNeedsAnIpv4Socket() {
    EndpointAddr peer = peer("[::ffff:192.0.2.1]:1");

    var set = CandidateSet.forDial(peer, List.of(), EnumSet.of(AddressFamily.IPV6));

    assertThat(reason(set, "[::ffff:192.0.2.1]:1")).isEqualTo(Exclusion.FAMILY_NOT_BOUND);
  }

  @Test
  void ownAddressIsNeverDialledInWhateverForm() {
    EndpointAddr peer = peer("192.0.2.1:7", "192.0.2.1:8", "[::ffff:192.0.2.9]:7");
    var own = List.of(socket("[::ffff:192.0.2.1]:7"), socket("192.0.2.9:7"));

    var set = CandidateSet.forDial(peer, own, BOTH);

    assertThat(set.candidates()).hasToString("[192.0.2.1:8]");
    assertThat(reason(set, "192.0.2.1:7")).isEqualTo(Exclusion.OWN_ADDRESS);
    assertThat(reason(set, "[::ffff:192.0.2.9]:7")).isEqualTo(Exclusion.OWN_ADDRESS);
  }

  @Test
  void wildcardSocketOwnsTheLoopbackAddressesOfItsFamilyAndPort() {
    EndpointAddr peer = peer("127.0.0.1:7", "127.9.9.9:7", "127.0.0.1:8", "[::1]:7", "10.0.0.1:7");

    var set = CandidateSet.forDial(peer, List.of(socket("0.0.0.0:7")), BOTH);

    assertThat(set.candidates().stream().map(Candidate::toString))
        .containsExactlyInAnyOrder("127.0.0.1:8", "[::1]:7", "10.0.0.1:7");
    assertThat(reason(set, "127.0.0.1:7")).isEqualTo(Exclusion.OWN_ADDRESS);
    assertThat(reason(set, "127.9.9.9:7")).isEqualTo(Exclusion.OWN_ADDRESS);
  }

  @Test
  void twoFormsOfOneAddressAreDialledOnce() {
    EndpointAddr peer = peer("192.0.2.1:7", "[::ffff:192.0.2.1]:7");

    var set = CandidateSet.forDial(peer, List.of(), BOTH);

    assertThat(set.candidates()).hasToString("[192.0.2.1:7]");
    assertThat(reason(set, "[::ffff:192.0.2.1]:7")).isEqualTo(Exclusion.DUPLICATE);
  }

  @Test
  void floodOfOneKindCannotCrowdOutTheOthers() {
    EndpointAddr flood =
        EndpointAddr.of(
            ID,
            IntStream.rangeClosed(1, 200)
                .mapToObj(i -> new TransportAddr.Ip(socket("10.0.0." + i + ":1")))
                .toList());
    EndpointAddr peer = flood.withIp(socket("192.0.2.1:1")).withIp(socket("[2001:db8::1]:1"));

    var set = CandidateSet.forDial(peer, List.of(), BOTH);

    assertThat(set.candidates())
        .hasSize(CandidateSet.MAX_CANDIDATES)
        .contains(new Candidate(socket("192.0.2.1:1")), new Candidate(socket("[2001:db8::1]:1")));
    assertThat(set.excluded())
        .hasSize(202 - CandidateSet.MAX_CANDIDATES)
        .allMatch(excluded -> excluded.reason() == Exclusion.OVER_LIMIT);
    assertThat(reason(set, "10.0.0.200:1")).isEqualTo(Exclusion.OVER_LIMIT);
  }

  @Test
  void unresolvedOwnAddressIsACallersMistake() {
    var own = List.of(InetSocketAddress.createUnresolved("localhost", 1));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CandidateSet.forDial(peer("192.0.2.1:7"), own, BOTH));
  }

  private static List<String> dialled(EndpointAddr peer) {
    return CandidateSet.forDial(peer, List.of(), BOTH).candidates().stream()
        .map(Candidate::toString)
        .toList();
  }

  private static Exclusion reason(CandidateSet set, String address) {
    var addr = new TransportAddr.Ip(socket(address));
    return set.excluded().stream()
        .filter(excluded -> excluded.addr().equals(addr))
        .findFirst()
        .orElseThrow()
        .reason();
  }

  private static EndpointAddr peer(String... addresses) {
    return EndpointAddr.of(
        ID, Arrays.stream(addresses).map(text -> new TransportAddr.Ip(socket(text))).toList());
  }

  private static InetSocketAddress socket(String text) {
    return SocketAddrs.parse(text);
  }
}
