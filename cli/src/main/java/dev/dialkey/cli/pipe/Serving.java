package dev.dialkey.cli.pipe;

import java.io.IOException;
import java.io.InterruptedIOException;
import picocli.CommandLine.ExitCode;

/** The life of a command that serves until Ctrl-C. Stateless. */
final class Serving {

  private Serving() {}

  /** What such a command does. */
  interface Service {
    void run() throws IOException;
  }

  /** Runs it; an interrupt is its normal end, for it has no other one. */
  static int untilInterrupted(Service service) throws IOException {
    try {
      service.run();
    } catch (InterruptedIOException e) {
      Thread.interrupted(); // Done with.
    }
    return ExitCode.OK;
  }
}
