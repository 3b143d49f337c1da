package dev.dialkey.cli.pipe;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dialkey connect-unix}: a Unix socket whose server is elsewhere. */
@Command(
    name = "connect-unix",
    description = {
      "Takes connections on a Unix socket of this machine and gives each one a connection",
      "to who waits with \"listen-unix\". Serves until Ctrl-C, then removes the socket."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey connect-unix --socket-path app.sock TICKET",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
public final class ConnectUnixCommand implements Callable<Integer> {
  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PipeOptions options = new PipeOptions();

  @Option(
      names = "--socket-path",
      required = true,
      paramLabel = "FILE",
      converter = UnixSocketAddress.class,
      description = "The socket to make; one that is there is replaced.")
  private @Nullable UnixDomainSocketAddress socket;

  @Parameters(paramLabel = "TICKET", description = "What the listening side printed.")
  private String ticket = "";

  @Mixin private ConnectionLimit limit = new ConnectionLimit();

  /** A command for the shell that started it. */
  public ConnectUnixCommand(Shell shell) {
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
    var address = Objects.requireNonNull(socket);
    return Serving.untilInterrupted(() -> serve(protocol, peer, address));
  }

  private void serve(PipeProtocol protocol, EndpointAddr peer, UnixDomainSocketAddress address)
      throws IOException {
    try (PipeEndpoint pipe = PipeEndpoint.bind(ExitCode.OK, () -> options.bind(shell, spec));
        var client = new ForwardingClient(shell, pipe.endpoint(), protocol, peer, limit.get(spec));
        ServerSocketChannel listener = LocalSockets.bindUnix(address)) {
      shell.tell("Listening on " + address + ".");
      try {
        client.run(listener);
      } finally {
        LocalSockets.removeSocket(address.getPath());
      }
    }
  }
}
