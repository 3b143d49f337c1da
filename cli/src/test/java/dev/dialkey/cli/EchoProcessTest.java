package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointTicket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two processes, as in two terminals. */
final class EchoProcessTest {

  @Test
  void ticketIsAllThatTheServerPrintsAndLeadsToIt() throws Exception {
    try (ChildProcess server = ChildProcess.start("echo", "--bind", Loopback.BIND)) {
      String line = server.readLine();
      EndpointTicket ticket = EndpointTicket.parse(line);
      assertThat(ticket.addr().addrs()).hasSize(1);

      try (ChildProcess client =
          ChildProcess.start(
              "echo", line, "--bytes", "1M", "--streams", "8", "--bind", Loopback.BIND)) {
        assertThat(client.restOfOutput()).contains("all right");
        assertThat(client.awaitExit()).isZero();
        assertThat(client.err()).doesNotContain("Exception");
      }

      long start = System.nanoTime();
      server.terminate();
      assertThat(server.awaitExit()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
      assertThat(server.restOfOutput()).isEmpty();
      assertThat(server.err()).contains("echo " + line);
    }
  }

  @Test
  void exitCodesAreThoseOfTheCommand() throws Exception {
    try (ChildProcess bad = ChildProcess.start("echo", "hello")) {
      assertThat(bad.awaitExit()).isEqualTo(2);
      assertThat(bad.restOfOutput()).isEmpty();
      assertThat(bad.err()).contains("error: this is no ticket");
    }
  }
}
