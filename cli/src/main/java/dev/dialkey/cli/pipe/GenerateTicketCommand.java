package dev.dialkey.cli.pipe;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.Identity;
import dev.dialkey.cli.shell.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dialkey generate-ticket}: a ticket that never goes stale, for it has no address. */
@Command(
    name = "generate-ticket",
    description = {
      "Prints a ticket that holds the endpoint id of the key in IROH_SECRET and no address.",
      "It never goes stale, but it needs address look-up, which this version does not",
      "have yet: \"dialkey connect\" refuses it, other programs of the protocol take it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey generate-ticket                             of a new key",
      "  IROH_SECRET=$(cat key) dialkey generate-ticket      of a key in a file",
      "",
      "Exit codes: 0 good, 2 wrong usage, a broken IROH_SECRET included."
    })
public final class GenerateTicketCommand implements Callable<Integer> {
  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  /** A command for the shell that started it. */
  public GenerateTicketCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() {
    try (SecretKey key = Identity.keptOrShown(shell, spec)) {
      shell.print(EndpointTicket.of(EndpointAddr.of(key.endpointId())).toString());
    }
    return ExitCode.OK;
  }
}
