package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class IdCommandTest {
  private static final String ZERO = "0".repeat(64);

  /** RFC 8032: the public key of the seed of zeros. */
  private static final String ID_OF_ZERO =
      "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";

  @Test
  void printsTheIdOfTheKeptKeyAlone() {
    TestShell shell = TestShell.withSecret(" " + ZERO + "\n");
    assertThat(shell.run("id")).isZero();
    assertThat(shell.out().strip()).isEqualTo(ID_OF_ZERO);
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void printsJsonWhereItIsAskedFor() {
    TestShell shell = TestShell.withSecret(ZERO);
    assertThat(shell.run("id", "--json")).isZero();
    assertThat(shell.out().strip()).isEqualTo("{\"id\":\"" + ID_OF_ZERO + "\"}");
  }

  @Test
  void newKeyCanBeKept() {
    TestShell first = TestShell.plain();
    assertThat(first.run("id")).isZero();
    EndpointId id = EndpointId.parse(first.out().strip());
    Matcher kept = Pattern.compile("export IROH_SECRET=([0-9a-f]{64})").matcher(first.err());
    assertThat(kept.find()).isTrue();
    assertThat(first.out()).doesNotContain(kept.group(1));

    TestShell second = TestShell.withSecret(kept.group(1));
    assertThat(second.run("id")).isZero();
    assertThat(second.out().strip()).isEqualTo(id.toString());
  }
}
