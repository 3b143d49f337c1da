package dev.dialkey.cli.pipe;

import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Verbosity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dialkey listen-tcp}: lets peers reach a TCP server. */
@Command(
    name = "listen-tcp",
    description = {
      "Connects everybody who comes with the ticket to a TCP server that this machine can",
      "reach. Serves until Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey listen-tcp --host localhost:22       give access to this SSH server",
      "  dialkey connect-tcp --addr localhost:2222 TICKET   use it from elsewhere",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
public final class ListenTcpCommand implements Callable<Integer> {
  private final Shell shell;
  private final Verbosity verbosity;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PipeOptions options = new PipeOptions();

  @Option(
      names = "--host",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The TCP server to connect to.")
  private String host = "";

  @Mixin private ConnectionLimit limit = new ConnectionLimit();

  /** A command for the shell that started it. */
  public ListenTcpCommand(Shell shell, Verbosity verbosity) {
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
    List<InetSocketAddress> targets = LocalSockets.resolve(host);
    var forwarder = new Forwarder(shell, protocol, host, targets);
    return Serving.untilInterrupted(() -> serve(protocol, targets.getFirst().getPort(), forwarder));
  }

  private void serve(PipeProtocol protocol, int port, Forwarder forwarder) throws IOException {
    try (PipeEndpoint pipe =
            PipeEndpoint.bind(ExitCode.OK, () -> options.bind(shell, spec, protocol.alpn()));
        var server = new StreamServer(pipe.endpoint(), limit.get(spec), forwarder)) {
      shell.tell("Forwarding incoming requests to '" + host + "'.");
      String counterpart = "connect-tcp --addr localhost:" + port;
      Invitation.print(shell, verbosity, pipe.endpoint(), "To connect, use e.g.:", counterpart);
      server.run();
    }
  }
}
