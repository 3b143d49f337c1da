package dev.dialkey.cli.perfpeer;

import dev.dialkey.cli.shell.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code dialkey perf-peer}: one side of a measurement. */
@Command(
    name = "perf-peer",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "A peer for benchmarks, over loopback alone. It prints a line that begins with",
      "READY and then answers each line on standard input with one of its own. The",
      "end of standard input ends it. docs/cli.md lists the lines."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey perf-peer server             prints \"READY TICKET\"",
      "  dialkey perf-peer client TICKET      reads \"bulk 1073741824\", \"lat 10000\" and others",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage."
    })
public final class PerfPeerCommand {
  private final Shell shell;

  /** A command for the shell that started it. */
  public PerfPeerCommand(Shell shell) {
    this.shell = shell;
  }

  /** With its two subcommands. */
  public CommandLine commandLine() {
    return new CommandLine(this)
        .addSubcommand(new PerfServerCommand(shell))
        .addSubcommand(new PerfClientCommand(shell))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
