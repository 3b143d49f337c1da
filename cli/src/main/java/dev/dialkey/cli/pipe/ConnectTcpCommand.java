package dev.dialkey.cli.pipe;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dialkey connect-tcp}: a TCP server that is really elsewhere. */
@Command(
    name = "connect-tcp",
    description = {
      "Takes TCP connections on this machine and gives each one a connection to who waits",
      "with \"listen-tcp\". Serves until Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey connect-tcp --addr localhost:2222 TICKET",
      "  ssh -p 2222 localhost                        goes to the listening side",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
public final class ConnectTcpCommand implements Callable<Integer> {
  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PipeOptions options = new PipeOptions();

  @Option(
      names = "--addr",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Where to take TCP connections.")
  private String addr = "";

  @Parameters(paramLabel = "TICKET", description = "What the listening side printed.")
  private String ticket = "";

  @Mixin private ConnectionLimit limit = new ConnectionLimit();

  /** A command for the shell that started it. */
  public ConnectTcpCommand(Shell shell) {
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
    List<InetSocketAddress> addresses = LocalSockets.resolve(addr);
    ServerSocketChannel listener;
    try {
      listener = LocalSockets.bindTcp(addresses);
    } catch (IOException e) {
      // With dumbpipe this is no failure of the command, and scripts may be used to that.
      shell.tell("error: cannot listen on " + addr + ": " + e.getMessage());
      return ExitCode.OK;
    }
    return Serving.untilInterrupted(() -> serve(protocol, peer, listener));
  }

  private void serve(PipeProtocol protocol, EndpointAddr peer, ServerSocketChannel listener)
      throws IOException {
    try (listener;
        PipeEndpoint pipe = PipeEndpoint.bind(ExitCode.OK, () -> options.bind(shell, spec));
        var client =
            new ForwardingClient(shell, pipe.endpoint(), protocol, peer, limit.get(spec))) {
      shell.tell("Listening on " + listener.getLocalAddress() + ".");
      client.run(listener);
    }
  }
}
