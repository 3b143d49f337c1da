package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Verbosity;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dialkey listen}: the side of a pipe that waits. */
@Command(
    name = "listen",
    description = {
      "Waits for one \"connect\" and pipes: what comes on standard input goes there, what is",
      "sent there comes out on standard output. Prints the ticket to connect with on",
      "standard error."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey listen                      talk with the other side",
      "  dialkey listen --recv-only >file    receive a file",
      "  tar c DIR | dialkey listen          send a directory",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
public final class ListenCommand implements Callable<Integer> {
  private final Shell shell;
  private final Verbosity verbosity;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PipeOptions options = new PipeOptions();

  @Option(names = "--recv-only", description = "Send nothing: do not read standard input.")
  private boolean recvOnly;

  /** A command for the shell that started it. */
  public ListenCommand(Shell shell, Verbosity verbosity) {
    this.shell = shell;
    this.verbosity = verbosity;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() throws IOException {
    PipeProtocol protocol = options.protocol(spec);
    try (PipeEndpoint pipe =
            PipeEndpoint.bind(ExitCode.SOFTWARE, () -> options.bind(shell, spec, protocol.alpn()));
        FirstStream first = FirstStream.of(pipe.endpoint())) {
      Invitation.print(shell, verbosity, pipe.endpoint(), "Listening. To connect, use:", "connect");
      try (BiStream stream = first.await();
          LocalEnd local = LocalEnd.ofStandard(shell.raw(), !recvOnly)) {
        protocol.expect(stream.recv());
        new Pump(stream, local).run();
      }
    }
    return ExitCode.OK;
  }
}
