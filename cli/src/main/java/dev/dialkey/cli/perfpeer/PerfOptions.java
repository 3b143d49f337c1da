package dev.dialkey.cli.perfpeer;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of both sides. Filled by the command line. */
final class PerfOptions {
  private static final int MAX_LOOPS = 64;

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      defaultValue = "virtual",
      description = {
        "What handlers and workers run on: ${COMPLETION-CANDIDATES}.",
        "Default: ${DEFAULT-VALUE}"
      })
  private ThreadKind threads = ThreadKind.VIRTUAL;

  @Option(
      names = "--memory",
      paramLabel = "WHERE",
      defaultValue = "native",
      description = {
        "Where the buffers of bulk data are: ${COMPLETION-CANDIDATES}.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Memory memory = Memory.NATIVE;

  @Option(
      names = "--loops",
      paramLabel = "N",
      defaultValue = "1",
      description = "Event loops that share the port, 1 to 64. Default: ${DEFAULT-VALUE}")
  private int loops;

  @Option(names = "--single-path", description = "Do without multipath, to see what it costs.")
  private boolean singlePath;

  Memory memory() {
    return memory;
  }

  ExecutorService startThreads() {
    return threads.start();
  }

  /** An endpoint to be, on the loopback address alone and with a new identity. */
  EndpointBuilder endpoint(CommandSpec spec, int port) {
    if (loops < 1 || loops > MAX_LOOPS) {
      String message = "--loops takes 1 to " + MAX_LOOPS + ", not " + loops;
      throw new ParameterException(spec.commandLine(), message);
    }
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))
        .loops(loops)
        .transport(PerfProtocol.transport(!singlePath));
  }
}
