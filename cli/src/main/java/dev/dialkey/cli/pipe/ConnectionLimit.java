package dev.dialkey.cli.pipe;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How much a server of pipes takes on at once. Filled by the command line. */
final class ConnectionLimit {
  private static final int MOST = 100_000;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "500",
      description = {
        "How many connections, and in all of them streams, to serve at once; those",
        "beyond it are refused or wait. Default: ${DEFAULT-VALUE}"
      })
  private int limit;

  /**
   * The limit.
   *
   * @throws ParameterException when it is out of range
   */
  int get(CommandSpec spec) {
    if (limit < 1 || limit > MOST) {
      String message = "--max-connections takes 1 to " + MOST + ", not " + limit;
      throw new ParameterException(spec.commandLine(), message);
    }
    return limit;
  }
}
