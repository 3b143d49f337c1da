package dev.dialkey.cli.pipe;

import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Verbosity;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dialkey listen-unix}: lets peers reach a server behind a Unix socket. */
@Command(
    name = "listen-unix",
    description = {
      "Connects everybody who comes with the ticket to a Unix socket of this machine.",
      "Serves until Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey listen-unix --socket-path /run/app.sock",
      "  dialkey connect-unix --socket-path app.sock TICKET   use it from elsewhere",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
public final class ListenUnixCommand implements Callable<Integer> {
  private final Shell shell;
  private final Verbosity verbosity;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PipeOptions options = new PipeOptions();

  @Option(
      names = "--socket-path",
      required = true,
      paramLabel = "FILE",
      converter = UnixSocketAddress.class,
      description = "The socket to connect to.")
  private @Nullable UnixDomainSocketAddress socket;

  @Mixin private ConnectionLimit limit = new ConnectionLimit();

  /** A command for the shell that started it. */
  public ListenUnixCommand(Shell shell, Verbosity verbosity) {
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
    var target = Objects.requireNonNull(socket);
    var forwarder = new Forwarder(shell, protocol, target.toString(), List.of(target));
    return Serving.untilInterrupted(() -> serve(protocol, forwarder));
  }

  private void serve(PipeProtocol protocol, Forwarder forwarder) throws IOException {
    try (PipeEndpoint pipe =
            PipeEndpoint.bind(ExitCode.OK, () -> options.bind(shell, spec, protocol.alpn()));
        var server = new StreamServer(pipe.endpoint(), limit.get(spec), forwarder)) {
      shell.tell("Forwarding incoming requests to '" + socket + "'.");
      Invitation.print(
          shell,
          verbosity,
          pipe.endpoint(),
          "To connect, use e.g.:",
          "connect-unix --socket-path FILE");
      server.run();
    }
  }
}
