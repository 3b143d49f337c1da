package dev.dialkey.cli.perfpeer;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.cli.shell.ByteCount;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Tickets;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dialkey perf-peer client}: does what is to be timed. */
@Command(
    name = "client",
    description = {
      "Connects, prints \"READY\" and answers each line on standard input with \"ok SECONDS\" and",
      "figures like \"p50=71.2\", or with \"error\" and what went wrong."
    },
    footerHeading = "%nLines:%n",
    footer = {
      "  bulk N      send N bytes on a stream of the first connection",
      "  lat N       N one-byte requests one after the other, each on a new stream",
      "  rps N C     the same, C at once",
      "  hs N C      make and close N connections, C at once",
      "  idle N      make N connections and keep them",
      "  dgram N R   send N datagrams of 1200 bytes, R in a second; 0 for as many as go",
      "  stats       collect garbage; tell the bytes allocated since the start",
      "",
      "Examples:",
      "  dialkey perf-peer client TICKET",
      "  dialkey perf-peer client TICKET --write 64KiB --output-stream",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage."
    })
final class PerfClientCommand implements Callable<Integer> {
  private static final long MAX_WRITE_BYTES = 64 << 20;

  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PerfOptions options = new PerfOptions();

  @Parameters(paramLabel = "TICKET", description = "What the server printed behind READY.")
  private String ticket = "";

  @Option(
      names = "--write",
      paramLabel = "SIZE",
      defaultValue = "1MiB",
      converter = ByteCount.class,
      description = "Bytes in a write of bulk data, up to 64MiB. Default: ${DEFAULT-VALUE}")
  private long writeBytes;

  @Option(
      names = "--output-stream",
      description = "Write bulk data through the stream's java.io view, from the heap.")
  private boolean outputStream;

  PerfClientCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() throws IOException {
    if (writeBytes < 1 || writeBytes > MAX_WRITE_BYTES) {
      String message = "--write takes 1 byte to 64MiB, not " + writeBytes + " bytes";
      throw new ParameterException(spec.commandLine(), message);
    }
    EndpointBuilder builder = options.endpoint(spec, 0);
    EndpointAddr peer = Tickets.parse(spec, ticket).addr();
    LineLoop.untilTold(shell, lines -> dial(builder, peer, lines));
    return ExitCode.OK;
  }

  private void dial(EndpointBuilder builder, EndpointAddr peer, LineLoop lines) throws IOException {
    try (Endpoint endpoint = builder.bind()) {
      dial(new Dials(endpoint, peer), lines);
    }
  }

  private void dial(Dials dials, LineLoop lines) throws IOException {
    try (Connection connection = dials.dial();
        PerfClient client =
            new PerfClient(
                dials,
                connection,
                options.startThreads(),
                options.memory(),
                BulkWriter.of((int) writeBytes, outputStream, options.memory()))) {
      lines.run("READY", client::answer);
    }
  }
}
