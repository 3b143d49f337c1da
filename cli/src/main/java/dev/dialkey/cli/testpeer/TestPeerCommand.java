package dev.dialkey.cli.testpeer;

import dev.dialkey.cli.shell.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code dialkey test-peer}: one side of a test of the network between two peers. */
@Command(
    name = "test-peer",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "A peer for tests of networks: sends numbered chunks on a schedule and prints what",
      "happens as JSON, one object a line. \"quit\" on standard input, or its end, ends it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey test-peer listen",
      "  dialkey test-peer dial --remote ID --remote-addr 192.0.2.1:4433 \\",
      "      --flags 3 --chunk 1200 --interval-us 10000 --chunks 500",
      "",
      "Exit codes: 0 good, 1 an \"error\" event was printed, 2 wrong usage."
    })
public final class TestPeerCommand {
  private final Shell shell;

  /** A command for the shell that started it. */
  public TestPeerCommand(Shell shell) {
    this.shell = shell;
  }

  /** With its two subcommands. */
  public CommandLine commandLine() {
    return new CommandLine(this)
        .addSubcommand(new PeerListenCommand(shell))
        .addSubcommand(new PeerDialCommand(shell));
  }
}
