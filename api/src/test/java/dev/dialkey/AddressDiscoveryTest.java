package dev.dialkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dialkey.addressing.RelayUrl;
import org.junit.jupiter.api.Test;

class AddressDiscoveryTest {
  private static final RelayUrl RELAY = RelayUrl.of("https://relay.example");

  @Test
  void relaysListenAtTheUsualPortUnlessTheySayOtherwise() {
    assertThat(AddressDiscovery.of(RELAY).relays())
        .containsExactly(new AddressDiscovery.Relay(RELAY, 7842));
    assertThat(AddressDiscovery.none().withRelay(RELAY, 1).relays())
        .containsExactly(new AddressDiscovery.Relay(RELAY, 1));
  }

  @Test
  void relaysThatCannotBeAskedAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressDiscovery.of(RelayUrl.parse("wss://relay.example")));
    for (int port : new int[] {-1, 0, 65_536}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> AddressDiscovery.none().withRelay(RELAY, port));
    }
  }

  @Test
  void nobodyIsAskedByDefault() {
    assertThat(AddressDiscovery.none().relays()).isEmpty();
    assertThat(AddressDiscovery.none().withTrustedRoots("pem").trustedRoots()).isEqualTo("pem");
  }
}
