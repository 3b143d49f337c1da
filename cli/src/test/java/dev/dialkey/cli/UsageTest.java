package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageTest {
  private static final List<String> HELPS =
      List.of(
          "--help",
          "listen --help",
          "connect --help",
          "listen-tcp --help",
          "connect-tcp --help",
          "listen-unix --help",
          "connect-unix --help",
          "generate-ticket --help",
          "echo --help",
          "doctor --help",
          "test-peer --help",
          "test-peer listen --help",
          "test-peer dial --help",
          "perf-peer --help",
          "perf-peer server --help",
          "perf-peer client --help",
          "completion --help",
          "id -h");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dance",
        "echo --loud",
        "echo --bytes many",
        "echo --bytes 1T",
        "echo --bytes -1",
        "echo --bytes 99999999999G",
        "echo --streams 0",
        "echo --streams x",
        "echo --timeout 0",
        "echo --timeout NaN",
        "echo --bind localhost:0",
        "echo --bind 127.0.0.1",
        "echo --bind 127.0.0.1:0 --bind 127.0.0.1:0",
        "echo one two",
        "id extra",
        "doctor extra",
        "completion",
        "perf-peer",
        "perf-peer server --port 65536",
        "perf-peer server --threads green",
        "perf-peer server --loops 0",
        "perf-peer client",
        "perf-peer client hello",
        "perf-peer client hello --write 0",
        "test-peer",
        "test-peer listen --secret xyz",
        "test-peer dial --remote ID --flags 1 --chunk 16 --interval-us 0"
      })
  void wrongUsageIsToldInOneLineWithExitCodeTwo(String line) {
    TestShell shell = TestShell.plain();
    assertThat(shell.run(line.split(" "))).isEqualTo(2);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).startsWith("error: ").contains("--help").hasLineCount(1);
  }

  @Test
  void badTicketsAreUsageErrors() {
    String good = ticket();
    List<String> bad =
        List.of(
            "hello",
            "endpoint",
            "endpoint!!",
            good.substring(0, good.length() - 1),
            good.substring(1),
            "x" + good,
            good + "!");
    for (String text : bad) {
      TestShell shell = TestShell.plain();
      assertThat(shell.run("echo", text)).as(text).isEqualTo(2);
      assertThat(shell.err()).startsWith("error: this is no ticket").hasLineCount(1);
    }
  }

  @Test
  void stackTracesAreForVerboseAlone() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("echo", "-v", "hello")).isEqualTo(2);
    assertThat(shell.err()).startsWith("error: this is no ticket").contains("\tat ");
  }

  @Test
  void brokenSecretIsToldWithoutShowingIt() {
    String secret = "secret-that-nobody-may-see";
    for (String command : List.of("id", "echo")) {
      TestShell shell = TestShell.withSecret(secret);
      assertThat(shell.run(command)).isEqualTo(2);
      assertThat(shell.err()).startsWith("error: IROH_SECRET ").doesNotContain(secret);
    }
  }

  @Test
  void everyCommandExplainsItselfWithExamples() {
    for (String line : HELPS) {
      TestShell shell = TestShell.plain();
      assertThat(shell.run(line.split(" "))).isZero();
      assertThat(shell.out())
          .contains("Usage: dialkey")
          .contains("Examples:")
          .contains("Exit codes: 0 good, ");
      assertThat(shell.err()).isEmpty();
    }
  }

  @Test
  void withoutCommandItIsAUsageError() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run()).isEqualTo(2);
    assertThat(shell.err()).contains("error: ");
  }

  @Test
  void versionNamesAllParts() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("--version")).isZero();
    assertThat(shell.out())
        .startsWith("Dialkey 0.")
        .contains("quiche 0.")
        .containsIgnoringCase("boringssl")
        .containsPattern("ABI \\d+\n");
  }

  private static String ticket() {
    try (SecretKey key = SecretKey.generate()) {
      return EndpointTicket.of(EndpointAddr.of(key.endpointId(), List.of())).toString();
    }
  }
}
