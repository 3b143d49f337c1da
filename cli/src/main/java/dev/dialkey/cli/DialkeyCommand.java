package dev.dialkey.cli;

import dev.dialkey.cli.doctor.DoctorCommand;
import dev.dialkey.cli.perfpeer.PerfPeerCommand;
import dev.dialkey.cli.pipe.ConnectCommand;
import dev.dialkey.cli.pipe.ConnectTcpCommand;
import dev.dialkey.cli.pipe.ConnectUnixCommand;
import dev.dialkey.cli.pipe.GenerateTicketCommand;
import dev.dialkey.cli.pipe.ListenCommand;
import dev.dialkey.cli.pipe.ListenTcpCommand;
import dev.dialkey.cli.pipe.ListenUnixCommand;
import dev.dialkey.cli.shell.Errors;
import dev.dialkey.cli.shell.Logging;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Verbosity;
import dev.dialkey.cli.testpeer.TestPeerCommand;
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
      "  dialkey listen          wait for somebody, and pipe",
      "  dialkey connect TICKET  pipe to who waits",
      "  dialkey listen-tcp --host localhost:22    give access to a server",
      "  dialkey echo            start an echo server and print its ticket",
      "  dialkey echo TICKET     test the way to it: round trip, throughput, every byte",
      "  dialkey id              print your endpoint id",
      "  dialkey doctor          find out what works on this machine, and how well",
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
  void verbose(boolean[] times) {
    if (times.length > 0) {
      verbosity.raise();
    }
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

  private final Verbosity verbosity;

  private DialkeyCommand(Verbosity verbosity) {
    this.verbosity = verbosity;
  }

  static CommandLine commandLine(Shell shell) {
    Logging.configure(Logging.Amount.WARNINGS);
    var verbosity = new Verbosity();
    var errors = new Errors(shell, verbosity);
    return new CommandLine(new DialkeyCommand(verbosity))
        .addSubcommand(new ListenCommand(shell, verbosity))
        .addSubcommand(new ConnectCommand(shell))
        .addSubcommand(new ListenTcpCommand(shell, verbosity))
        .addSubcommand(new ConnectTcpCommand(shell))
        .addSubcommand(new ListenUnixCommand(shell, verbosity))
        .addSubcommand(new ConnectUnixCommand(shell))
        .addSubcommand(new GenerateTicketCommand(shell))
        .addSubcommand(new EchoCommand(shell))
        .addSubcommand(new DoctorCommand(shell))
        .addSubcommand(new TestPeerCommand(shell).commandLine())
        .addSubcommand(new PerfPeerCommand(shell).commandLine())
        .addSubcommand(new CompletionCommand(shell))
        .addSubcommand(new IdCommand(shell))
        .setOut(shell.out())
        .setErr(shell.err())
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }
}
