package dev.dialkey.cli.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.TestShell;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PipeUsageTest {
  private static final String SECRET = "3f".repeat(32);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connect",
        "connect hello",
        "connect TICKET extra",
        "connect TICKET --custom-alpn xyz",
        "connect TICKET --custom-alpn abc",
        "connect TICKET --custom-alpn utf8:",
        "connect TICKET --ipv4-addr [::1]:0",
        "connect TICKET --ipv6-addr 127.0.0.1:0",
        "connect TICKET --ipv4-addr localhost:0",
        "listen extra",
        "listen --custom-alpn 0",
        "listen-tcp",
        "listen-tcp --host 127.0.0.1:1 --max-connections 0",
        "connect-tcp TICKET",
        "connect-tcp --addr 127.0.0.1:0",
        "connect-tcp --addr 127.0.0.1:0 hello",
        "listen-unix",
        "connect-unix TICKET",
        "connect-unix --socket-path x hello",
        "generate-ticket extra"
      })
  void wrongUsageIsToldInOneLineWithExitCodeTwo(String line) {
    TestShell shell = TestShell.withSecret(SECRET);
    assertThat(shell.run(line.replace("TICKET", ticket(1)).split(" "))).isEqualTo(2);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).startsWith("error: ").contains("--help").hasLineCount(1);
  }

  @Test
  void ticketWithoutAddressIsRefusedWithWhatIsMissing() {
    for (String command : List.of("connect", "connect-tcp --addr 127.0.0.1:0")) {
      List<String> args = new ArrayList<>(List.of(command.split(" ")));
      args.add(ticket(0));
      TestShell shell = TestShell.withSecret(SECRET);
      assertThat(shell.run(args.toArray(String[]::new))).isEqualTo(1);
      assertThat(shell.err())
          .startsWith("error: the ticket holds an endpoint id alone and no IP address")
          .contains("dialkey listen")
          .hasLineCount(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", ":80"})
  void unusableHostFailsAtTheStart(String host) {
    TestShell shell = TestShell.withSecret(SECRET);
    assertThat(shell.run("listen-tcp", "--host", host)).isEqualTo(1);
    assertThat(shell.err()).startsWith("error: '").hasLineCount(1);
  }

  @Test
  void portThatIsTakenEndsConnectTcpAsDumbpipeDoes() throws Exception {
    try (EchoSocket taken = EchoSocket.tcp()) {
      TestShell shell = TestShell.withSecret(SECRET);
      String addr = taken.hostAndPort();
      assertThat(shell.run(PipeTests.onLoopback("connect-tcp", "--addr", addr, ticket(1))))
          .isZero();
      assertThat(shell.err()).startsWith("error: cannot listen on " + addr).hasLineCount(1);
    }
  }

  @Test
  void generatedTicketHoldsTheIdOfTheKeyAlone() {
    TestShell shell = TestShell.withSecret(SECRET);
    assertThat(shell.run("generate-ticket")).isZero();
    EndpointAddr addr = EndpointTicket.parse(shell.out().strip()).addr();
    assertThat(addr.addrs()).isEmpty();
    try (SecretKey key = SecretKey.parse(SECRET)) {
      assertThat(addr.id()).isEqualTo(key.endpointId());
    }
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void keyThatWasMadeIsShown() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("generate-ticket")).isZero();
    assertThat(shell.err()).matches("using secret key [0-9a-f]{64}\n");
    TestShell again = TestShell.withSecret(shell.err().strip().substring(17));
    assertThat(again.run("generate-ticket")).isZero();
    assertThat(again.out()).isEqualTo(shell.out());
  }

  @Test
  void verboseListenersPrintTheShortTicketLast() throws Exception {
    TestShell shell = TestShell.withSecret(SECRET);
    try (var listening =
        PipeTests.start(shell, "listen-tcp", "--host", "127.0.0.1:1", "-v", "-v")) {
      String ticket = shell.watchedErr().await("or:\ndialkey .* (endpoint\\w+)\n");
      assertThat(EndpointTicket.parse(ticket).addr().addrs()).isEmpty();
      assertThat(listening.interrupt()).isZero();
    }
  }

  private static String ticket(int addresses) {
    try (SecretKey key = SecretKey.parse("17".repeat(32))) {
      EndpointAddr addr = EndpointAddr.of(key.endpointId());
      for (int i = 0; i < addresses; i++) {
        addr = addr.withIp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
      }
      return EndpointTicket.of(addr).toString();
    }
  }
}
