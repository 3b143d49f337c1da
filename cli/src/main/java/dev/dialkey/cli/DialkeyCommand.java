package dev.dialkey.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command without a subcommand: options that all share. */
@Command(
    name = "dialkey",
    synopsisSubcommandLabel = "COMMAND",
    description = "Dials a public key, not an IP address.",
    versionProvider = Versions.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey echo            start an echo server and print its ticket",
      "  dialkey echo TICKET     test the way to it: round trip, throughput, every byte",
      "  dialkey id              print your endpoint id",
      "",
      "The environment variable IROH_SECRET holds the secret key of a lasting identity;",
      "without it each start has a new one.",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage."
    })
@SuppressWarnings("UnusedVariable") // Picocli looks at the options, not at what they set.
final class DialkeyCommand {

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Tell more on standard error: what the endpoint does, and stack traces.")
  void verbose(boolean verbose) {
    if (verbose) {
      Logging.configure(Logging.Amount.DEBUG);
    }
    this.verbose = verbose;
  }

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of Dialkey, quiche and BoringSSL.")
  private boolean version;

  private boolean verbose;

  static CommandLine commandLine(Shell shell) {
    Logging.configure(Logging.Amount.WARNINGS);
    var root = new DialkeyCommand();
    var errors = new Errors(shell, () -> root.verbose);
    return new CommandLine(root)
        .addSubcommand(new EchoCommand(shell))
        .addSubcommand(new IdCommand(shell))
        .setOut(shell.out())
        .setErr(shell.err())
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }
}
