package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.AddressDiscovery;
import dev.dialkey.Endpoint;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.addressing.TransportAddr;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An endpoint asks iroh's relay where it is seen. Between the two stands a NAT, or what is seen
 * would be the address that the endpoint lists anyway.
 */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class AddressDiscoveryInteropTest {
  private static final RelayUrl IPV4 = RelayUrl.of("https://127.0.0.1");
  private static final RelayUrl IPV6 = RelayUrl.of("https://[::1]");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** The longest interval of two rounds, the limit of a probe, and a busy machine. */
  private static final Duration NEXT_ROUND = Duration.ofSeconds(26 + 3 + 15);

  private static Endpoint bind(AddressDiscovery discovery) throws IOException {
    return Loopback.builder().addressDiscovery(discovery).bind();
  }

  private static boolean lists(EndpointAddr addr, InetSocketAddress wanted) {
    return addr.addrs().contains(new TransportAddr.Ip(wanted));
  }

  private static void awaitListed(Endpoint endpoint, InetSocketAddress seen, Duration limit)
      throws IOException {
    endpoint.watchAddr().await(addr -> lists(addr, seen), limit);
  }

  private static void awaitNotListed(Endpoint endpoint, InetSocketAddress seen) throws IOException {
    endpoint.watchAddr().await(addr -> !lists(addr, seen), PATIENCE);
  }

  @Test
  void listsWhatTheRelaySeesOverIpv4AndIpv6() throws Exception {
    try (var relay = RelayPeer.start("--bind", "127.0.0.1:0", "--bind", "[::1]:0");
        var nat4 = new LoopbackNat(relay.addrs().get(0));
        var nat6 = new LoopbackNat(relay.addrs().get(1))) {
      var discovery =
          AddressDiscovery.none()
              .withRelay(IPV4, nat4.port())
              .withRelay(IPV6, nat6.port())
              .withTrustedRoots(relay.authority());
      var any6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
      try (Endpoint endpoint =
          Loopback.builder().bindAddr(any6).addressDiscovery(discovery).bind()) {
        awaitListed(endpoint, nat4.seen(), PATIENCE);
        awaitListed(endpoint, nat6.seen(), PATIENCE);
        // From the sockets that carry everything else.
        assertThat(endpoint.boundSockets())
            .contains((InetSocketAddress) nat4.endpoint(), (InetSocketAddress) nat6.endpoint());
      }
      relay.awaitAllFinished(2);
    }
  }

  /** A socket for both families sees an IPv4 client at an IPv6 address. */
  @Test
  void aMappedAddressIsListedAsIpv4() throws Exception {
    try (var relay = RelayPeer.start("--bind", "[::ffff:127.0.0.1]:0");
        var nat = new LoopbackNat(relay.addr());
        Endpoint endpoint =
            bind(
                AddressDiscovery.none()
                    .withRelay(RelayUrl.of("https://localhost"), nat.port())
                    .withTrustedRoots(relay.authority()))) {
      awaitListed(endpoint, nat.seen(), PATIENCE);
    }
  }

  @Test
  void twoRelaysThatSeeDifferentAddressesShowThatTheMappingVaries() throws Exception {
    try (var log = new DebugLog("dev.dialkey.reflexive");
        var first = RelayPeer.start();
        var second = RelayPeer.start();
        var nat1 = new LoopbackNat(first.addr());
        var nat2 = new LoopbackNat(second.addr());
        Endpoint endpoint =
            bind(
                AddressDiscovery.none()
                    .withRelay(IPV4, nat1.port())
                    .withRelay(IPV4, nat2.port())
                    .withTrustedRoots(first.authority() + second.authority()))) {
      log.await("variesByDestination=Optional[true]", PATIENCE);
      assertThat(List.of(lists(endpoint.addr(), nat1.seen()), lists(endpoint.addr(), nat2.seen())))
          .containsOnlyOnce(true);
    }
  }

  @Test
  void anotherRelayStepsInForOneThatStops() throws Exception {
    try (var first = RelayPeer.start();
        var second = RelayPeer.start();
        var nat1 = new LoopbackNat(first.addr());
        var nat2 = new LoopbackNat(second.addr());
        Endpoint endpoint =
            bind(
                AddressDiscovery.none()
                    .withRelay(IPV4, nat1.port())
                    .withRelay(IPV4, nat2.port())
                    .withTrustedRoots(first.authority() + second.authority()))) {
      endpoint
          .watchAddr()
          .await(addr -> lists(addr, nat1.seen()) || lists(addr, nat2.seen()), PATIENCE);
      boolean isFirst = lists(endpoint.addr(), nat1.seen());

      (isFirst ? first : second).stopServers();
      awaitListed(endpoint, (isFirst ? nat2 : nat1).seen(), PATIENCE);
      awaitNotListed(endpoint, (isFirst ? nat1 : nat2).seen());
    }
  }

  @Test
  void aRelayThatStopsTakesTheAddressAlongAndIsFoundAgain() throws Exception {
    try (var relay = RelayPeer.start();
        var nat = new LoopbackNat(relay.addr());
        Endpoint endpoint =
            bind(
                AddressDiscovery.none()
                    .withRelay(IPV4, nat.port())
                    .withTrustedRoots(relay.authority()))) {
      awaitListed(endpoint, nat.seen(), PATIENCE);
      relay.stopServers();
      awaitNotListed(endpoint, nat.seen());
      relay.startServers();
      awaitListed(endpoint, nat.seen(), NEXT_ROUND);
    }
  }

  @Test
  void aNewMappingIsFoundWhenTheNetworkChanges() throws Exception {
    try (var relay = RelayPeer.start();
        var nat = new LoopbackNat(relay.addr());
        Endpoint endpoint =
            bind(
                AddressDiscovery.none()
                    .withRelay(IPV4, nat.port())
                    .withTrustedRoots(relay.authority()))) {
      InetSocketAddress before = nat.seen();
      awaitListed(endpoint, before, PATIENCE);
      nat.forget();
      endpoint.notifyNetworkChange();
      awaitListed(endpoint, nat.seen(), PATIENCE);
      awaitNotListed(endpoint, before);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--name, other.example, bad_certificate",
    "--expired, , certificate_expired",
    "--bind, 127.0.0.1:0, unknown_ca"
  })
  void aCertificateThatIsNotRightLeavesTheAddressOut(String option, String value, String reason)
      throws Exception {
    boolean trusted = !reason.equals("unknown_ca");
    String[] arguments = value == null ? new String[] {option} : new String[] {option, value};
    try (var log = new DebugLog("dev.dialkey.reflexive");
        var relay = RelayPeer.start(arguments);
        var nat = new LoopbackNat(relay.addr());
        Endpoint endpoint =
            bind(
                AddressDiscovery.none()
                    .withRelay(IPV4, nat.port())
                    .withTrustedRoots(trusted ? relay.authority() : ""))) {
      log.await(reason, PATIENCE);
      assertThat(lists(endpoint.addr(), nat.seen())).isFalse();
      assertThat(endpoint.addr().addrs()).hasSize(1);
    }
  }

  @Test
  void aSilentServerLeavesTheAddressOut() throws Exception {
    try (var log = new DebugLog("dev.dialkey.reflexive");
        var hole = new LoopbackNat(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9));
        Endpoint endpoint = bind(AddressDiscovery.none().withRelay(IPV4, hole.port()))) {
      log.await("has not answered in time", PATIENCE);
      assertThat(endpoint.addr().addrs()).hasSize(1);
    }
  }
}
