package dev.dialkey.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** Runs commands in this JVM and keeps what they print. */
final class TestShell {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Shell shell;

  private TestShell(Map<String, String> environment, boolean errIsTerminal) {
    shell =
        new Shell(
            "dialkey", new PrintWriter(out), new PrintWriter(err), errIsTerminal, environment);
  }

  static TestShell plain() {
    return new TestShell(Map.of(), false);
  }

  static TestShell watched() {
    return new TestShell(Map.of(), true);
  }

  static TestShell withSecret(String secret) {
    return new TestShell(Map.of("IROH_SECRET", secret), false);
  }

  int run(String... args) {
    int code = Main.run(shell, args);
    shell.out().flush();
    shell.err().flush();
    return code;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
