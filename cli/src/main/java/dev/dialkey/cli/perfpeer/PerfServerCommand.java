package dev.dialkey.cli.perfpeer;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dialkey perf-peer server}: answers whoever dials. */
@Command(
    name = "server",
    description = {
      "Binds 127.0.0.1, prints \"READY TICKET\" and answers clients until standard input ends.",
      "The only line it takes is \"stats\"."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey perf-peer server",
      "  dialkey perf-peer server --port 4433 --threads platform",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage."
    })
final class PerfServerCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65_535;

  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PerfOptions options = new PerfOptions();

  @Option(
      names = "--port",
      paramLabel = "P",
      defaultValue = "0",
      description = "UDP port; 0, the default, for any.")
  private int port;

  PerfServerCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() throws IOException {
    if (port < 0 || port > MAX_PORT) {
      String message = "--port takes 0 to " + MAX_PORT + ", not " + port;
      throw new ParameterException(spec.commandLine(), message);
    }
    EndpointBuilder builder = options.endpoint(spec, port).alpns(PerfProtocol.ALPN);
    LineLoop.untilTold(shell, lines -> serve(builder, lines));
    return ExitCode.OK;
  }

  private void serve(EndpointBuilder builder, LineLoop lines) throws IOException {
    try (Endpoint endpoint = builder.bind();
        PerfServer server = new PerfServer(endpoint, options.startThreads(), options.memory())) {
      server.start();
      lines.run("READY " + EndpointTicket.of(endpoint.addr()), PerfServerCommand::answer);
    }
  }

  private static Outcome answer(Order order) throws BadOrderException {
    if (order instanceof Order.Statistics) {
      return HeapUse.sample();
    }
    throw new BadOrderException("a server answers \"stats\" alone; the client does the rest");
  }
}
