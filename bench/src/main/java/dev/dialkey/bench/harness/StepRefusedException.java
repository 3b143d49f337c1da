package dev.dialkey.bench.harness;

import java.io.IOException;

/** A peer answered a command with an error, and goes on. */
final class StepRefusedException extends IOException {
  private static final long serialVersionUID = 1;

  StepRefusedException(String command, String text) {
    super("answered '" + command + "' with an error: " + text);
  }
}
