package dev.dialkey.cli.testpeer;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.addressing.AddressFormatException;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dialkey test-peer dial}: makes one connection and one stream. */
@Command(
    name = "dial",
    description = "Dials a listening test peer and exchanges chunks with it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey test-peer dial --remote ID --remote-addr 127.0.0.1:4433 \\",
      "      --flags 3 --chunk 1200 --interval-us 10000 --chunks 500",
      "",
      "Exit codes: 0 good, 1 an \"error\" event was printed, 2 wrong usage."
    })
final class PeerDialCommand implements Callable<Integer> {
  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PeerOptions options = new PeerOptions();

  @Option(names = "--remote", required = true, paramLabel = "ID", description = "Whom to dial.")
  private String remote = "";

  @Option(names = "--remote-relay", paramLabel = "URL", description = "Not supported yet: ignored.")
  @SuppressWarnings("UnusedVariable") // Part of the contract with test drivers.
  private @Nullable String remoteRelay;

  @Option(
      names = "--remote-addr",
      paramLabel = "IP:PORT",
      converter = SocketAddress.class,
      description = "Where to dial; any number of times. Needed as long as there is no relay.")
  private List<InetSocketAddress> remoteAddrs = List.of();

  @Option(
      names = "--flags",
      required = true,
      paramLabel = "N",
      description = "Who sends: 1 this side, 2 the other one, 3 both.")
  private int flags;

  @Option(
      names = "--chunk",
      required = true,
      paramLabel = "BYTES",
      description = "Size of a chunk, 16 or more.")
  private long chunk;

  @Option(
      names = "--interval-us",
      required = true,
      paramLabel = "MICROS",
      description = "Time between chunks, 0 for no pace.")
  private long interval;

  @Option(
      names = "--chunks",
      paramLabel = "N",
      defaultValue = "0",
      description = "How many chunks; 0, the default, for no end.")
  private long chunks;

  PeerDialCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() {
    StreamHeader header = header();
    EndpointAddr peer = peer();
    try (SecretKey key = options.key(spec)) {
      return new PeerRun(shell)
          .run(
              options.wantsRelay(),
              () -> options.bind(key),
              (endpoint, log) -> dial(endpoint, log, peer, header));
    }
  }

  private static void dial(Endpoint endpoint, EventLog log, EndpointAddr peer, StreamHeader header)
      throws IOException {
    long startNanos = System.nanoTime();
    try (Connection connection = endpoint.connect(peer, PeerListenCommand.PROTOCOL)) {
      new Session(log, connection).dialed(header, startNanos);
    }
  }

  private StreamHeader header() {
    try {
      return new StreamHeader(flags, chunk, interval, chunks);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private EndpointAddr peer() {
    if (remoteAddrs.isEmpty() && !options.wantsRelay()) {
      throw new ParameterException(
          spec.commandLine(), "without --relay at least one --remote-addr is needed");
    }
    try {
      EndpointAddr addr = EndpointAddr.of(EndpointId.parse(remote));
      for (InetSocketAddress address : remoteAddrs) {
        addr = addr.withIp(address);
      }
      return addr;
    } catch (AddressFormatException e) {
      throw new ParameterException(
          spec.commandLine(), "--remote is no endpoint id: " + e.getMessage(), e);
    }
  }
}
