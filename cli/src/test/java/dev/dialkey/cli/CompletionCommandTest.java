package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionCommandTest {

  @Test
  void bashCompletesCommandsAndOptions(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is a bash");
    TestShell shell = TestShell.plain();
    assertThat(shell.run("completion", "bash")).isZero();
    Path script = Files.writeString(folder.resolve("completion"), shell.out());
    assertThat(complete(script, "dialkey", "liste")).contains("listen", "listen-tcp");
    assertThat(complete(script, "dialkey", "echo", "--str")).contains("--streams");
    assertThat(complete(script, "dialkey", "test-peer", "d")).contains("dial");
  }

  @Test
  void zshLoadsTheSameWithItsEmulation() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("completion", "zsh")).isZero();
    assertThat(shell.out()).contains("bashcompinit").contains("complete -F");
  }

  @Test
  void otherShellsAreAUsageError() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("completion", "fish")).isEqualTo(2);
    assertThat(shell.err()).contains("bash").hasLineCount(1);
  }

  private static String complete(Path script, String... words) throws Exception {
    String array = "'" + String.join("' '", words) + "'";
    String program =
        "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_dialkey; echo \"${COMPREPLY[@]}\""
            .formatted(script, array, words.length - 1);
    Process bash =
        new ProcessBuilder("/bin/bash", "--norc", "-c", program).redirectErrorStream(true).start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return out;
  }
}
