package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class RoleTest {

  @Test
  void serversListenOnLoopback() {
    assertThat(Role.of("server", "--port", "0"))
        .contains(new Role.Server(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
  }

  @Test
  void clientsTakeWhatServersPrint() {
    assertThat(Role.of("client", "127.0.0.1:4433"))
        .contains(new Role.Client(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4433)));
  }

  @Test
  void othersAreMisuse() {
    assertThat(Role.of()).isEmpty();
    assertThat(Role.of("server")).isEmpty();
    assertThat(Role.of("server", "--port", "65536")).isEmpty();
    assertThat(Role.of("client", "127.0.0.1")).isEmpty();
    assertThat(Role.of("client", ":1")).isEmpty();
    assertThat(Role.of("client", "127.0.0.1:x")).isEmpty();
  }
}
