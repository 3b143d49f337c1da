package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dialkey connect}: the side of a pipe that dials. */
@Command(
    name = "connect",
    description = {
      "Dials who waits with \"listen\" and pipes: what comes on standard input goes there,",
      "what is sent there comes out on standard output."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey connect TICKET                    talk with the other side",
      "  dialkey connect TICKET <file              send a file",
      "  dialkey connect --recv-only TICKET | tar x  receive a directory",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
public final class ConnectCommand implements Callable<Integer> {
  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PipeOptions options = new PipeOptions();

  @Option(names = "--recv-only", description = "Send nothing: do not read standard input.")
  private boolean recvOnly;

  @Parameters(paramLabel = "TICKET", description = "What the listening side printed.")
  private String ticket = "";

  /** A command for the shell that started it. */
  public ConnectCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() throws IOException {
    PipeProtocol protocol = options.protocol(spec);
    EndpointAddr peer = Peer.of(shell, spec, ticket);
    try (PipeEndpoint pipe = PipeEndpoint.bind(ExitCode.SOFTWARE, () -> options.bind(shell, spec));
        Connection connection = pipe.endpoint().connect(peer, protocol.alpn());
        BiStream stream = protocol.open(connection);
        LocalEnd local = LocalEnd.ofStandard(shell.raw(), !recvOnly)) {
      new Pump(stream, local).run();
    }
    return ExitCode.OK;
  }
}
