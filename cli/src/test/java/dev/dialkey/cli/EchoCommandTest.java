package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.testkit.LeakCheck;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
final class EchoCommandTest {

  @Test
  void allComesBackOverManyStreams() throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder())) {
      TestShell shell = TestShell.plain();
      int code = test(shell, " " + server.ticket() + "\n", "--bytes", "1M", "--streams", "8");
      assertThat(shell.err()).isEmpty();
      assertThat(code).isZero();
      assertThat(shell.out())
          .contains("peer        " + server.ticket().addr().id())
          .contains("address     127.0.0.1:")
          .contains("round trip  ")
          .contains("976.6 KiB there and back on 8 streams: all right")
          .contains("Mbit/s out");
    }
  }

  @Test
  void moreStreamsThanThePeerAllowsAtOnceTakeTurns() throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder())) {
      TestShell shell = TestShell.plain();
      assertThat(test(shell, server.ticket().toString(), "--bytes", "999", "--streams", "250"))
          .isZero();
    }
  }

  @Test
  void nothingToSendIsATestOfTheRoundTrip() throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder())) {
      TestShell shell = TestShell.plain();
      assertThat(test(shell, server.ticket().toString(), "--bytes", "0")).isZero();
      assertThat(shell.out()).contains("0 bytes there and back on 1 stream");
    }
  }

  @Test
  void summaryIsJsonWhereItIsAskedFor() throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder())) {
      TestShell shell = TestShell.plain();
      assertThat(test(shell, server.ticket().toString(), "--bytes", "10000", "--json")).isZero();
      assertThat(shell.out())
          .startsWith("{\"peer\":\"")
          .contains("\"bytes\":10000,\"streams\":1,\"out_mbit_per_s\":")
          .hasLineCount(1);
    }
  }

  @Test
  void whoWatchesSeesABarAndThenNoTraceOfIt() throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder())) {
      TestShell shell = TestShell.watched();
      assertThat(test(shell, server.ticket().toString(), "--bytes", "1M")).isZero();
      assertThat(shell.err()).contains("echo").contains("%").endsWith(" \r");
      assertThat(shell.out()).doesNotContain("\r");
    }
  }

  @Test
  void nobodyThereIsToldWithAnAdvice() throws IOException {
    EndpointTicket gone;
    try (EchoServer server = EchoServer.start(Loopback.builder())) {
      gone = server.ticket();
    }
    TestShell shell = TestShell.plain();
    assertThat(test(shell, gone.toString(), "--timeout", "0.5")).isEqualTo(1);
    assertThat(shell.err())
        .startsWith("error: dial ")
        .contains("127.0.0.1")
        .contains("check that the other side still runs")
        .hasLineCount(1);
  }

  @Test
  void whoeverElseAnswersIsNotTrusted() throws IOException {
    try (EchoServer server = EchoServer.start(Loopback.builder());
        SecretKey other = SecretKey.generate()) {
      var wrong =
          EndpointTicket.of(EndpointAddr.of(other.endpointId(), server.ticket().addr().addrs()));
      TestShell shell = TestShell.plain();
      assertThat(test(shell, wrong.toString())).isEqualTo(1);
      assertThat(shell.err()).startsWith("error: handshake failed").hasLineCount(1);
    }
  }

  @Test
  void ownTicketIsRecognised() throws IOException {
    String secret = "1f".repeat(32);
    try (SecretKey key = SecretKey.parse(secret);
        EchoServer server = EchoServer.start(Loopback.builder().secretKey(key))) {
      TestShell shell = TestShell.withSecret(secret);
      assertThat(test(shell, server.ticket().toString())).isEqualTo(1);
      assertThat(shell.err()).contains("unset IROH_SECRET").hasLineCount(1);
    }
  }

  @Test
  void peersOfAnotherProtocolAreToldSo() throws IOException {
    try (Router router =
        Router.builder(Loopback.builder().bind()).accept("other/1", connection -> {}).start()) {
      TestShell shell = TestShell.plain();
      assertThat(test(shell, Loopback.ticketOf(router))).isEqualTo(1);
      assertThat(shell.err()).contains("alert 120").hasLineCount(1);
    }
  }

  private static int test(TestShell shell, String ticket, String... more) {
    var args = new String[4 + more.length];
    args[0] = "echo";
    args[1] = ticket;
    args[2] = "--bind";
    args[3] = Loopback.BIND;
    System.arraycopy(more, 0, args, 4, more.length);
    return shell.run(args);
  }
}
