package dev.dialkey.cli;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.ByteCount;
import dev.dialkey.cli.shell.Identity;
import dev.dialkey.cli.shell.Json;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.SocketAddress;
import dev.dialkey.cli.shell.Termination;
import dev.dialkey.cli.shell.Tickets;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dialkey echo}: a server, or with a ticket the test against one. */
@Command(
    name = "echo",
    description = {
      "Without a ticket: serves ALPN " + EchoProtocol.ALPN + " and prints a ticket, the only line",
      "on standard output. Ctrl-C ends it.",
      "With a ticket: dials it, measures the round trip, moves data there and back on parallel",
      "streams and checks every byte."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey echo                                serve; prints a ticket",
      "  dialkey echo TICKET                         test the way to it",
      "  dialkey echo TICKET --bytes 1G --streams 8  with more data, in parallel",
      "  dialkey echo --bind 127.0.0.1:0             serve this machine alone",
      "  dialkey echo TICKET --json                  measure, for another program",
      "",
      "Exit codes: 0 good, 1 failed, 2 wrong usage, a broken ticket included."
    })
final class EchoCommand implements Callable<Integer> {
  private static final int MAX_STREAMS = 10_000;

  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "TICKET",
      description = "What the other side printed. White space around it is ignored.")
  private @Nullable String ticket;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      defaultValue = "64MiB",
      converter = ByteCount.class,
      description = {
        "How much to send, also with K, M, G (decimal) or KiB, MiB, GiB.",
        "Default: ${DEFAULT-VALUE}"
      })
  private long bytes;

  @Option(
      names = "--streams",
      paramLabel = "N",
      defaultValue = "1",
      description = "Over how many streams at once. Default: ${DEFAULT-VALUE}")
  private int streams;

  @Option(
      names = "--bind",
      paramLabel = "ADDR:PORT",
      converter = SocketAddress.class,
      description = "UDP address of our own in place of all; once per address family.")
  private List<InetSocketAddress> binds = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to dial. Default: ${DEFAULT-VALUE}")
  private double timeoutSeconds;

  @Option(
      names = "--json",
      description = "Print the ticket, or what was measured, as one line of JSON.")
  private boolean json;

  EchoCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    String text = ticket;
    if (text == null) {
      serve();
    } else {
      test(Tickets.parse(spec, text));
    }
    return ExitCode.OK;
  }

  private void serve() throws IOException {
    try (EchoServer server = withEndpoint(EchoServer::start)) {
      Termination.closes(server::close);
      EndpointTicket own = server.ticket();
      shell.err().println("Echo server is ready. Test it from another terminal or machine:");
      shell.err().println("  " + shell.command() + " echo " + own);
      shell.err().println("Ctrl-C ends it.");
      shell.err().flush();
      shell.print(json ? Json.line(Map.of("ticket", own.toString())) : own.toString());
      server.awaitClosed();
    }
  }

  private void test(EndpointTicket peer) throws IOException {
    Duration timeout = Duration.ofNanos((long) (timeoutSeconds * 1e9));
    try (Endpoint endpoint = withEndpoint(EndpointBuilder::bind)) {
      new EchoTest(shell, endpoint, bytes, streams, json).run(peer.addr(), timeout);
    }
  }

  private void checkOptions() {
    if (streams < 1 || streams > MAX_STREAMS) {
      throw usage("--streams takes 1 to " + MAX_STREAMS + ", not " + streams);
    }
    if (!(timeoutSeconds > 0 && timeoutSeconds <= 86_400)) {
      throw usage("--timeout takes more than 0 and at most 86400 seconds, not " + timeoutSeconds);
    }
    long ipv4 = binds.stream().filter(bind -> bind.getAddress() instanceof Inet4Address).count();
    if (ipv4 > 1 || binds.size() - ipv4 > 1) {
      throw usage("--bind takes one address per family: one IPv4 and one IPv6");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** What is done with a builder that has everything from the command line. */
  private interface Binding<T> {
    T bind(EndpointBuilder builder) throws IOException;
  }

  private <T> T withEndpoint(Binding<T> binding) throws IOException {
    var key = Identity.kept(shell, spec);
    try (SecretKey identity = key.orElseGet(SecretKey::generate)) {
      EndpointBuilder builder =
          Endpoint.builder(binds.isEmpty() ? Presets.minimal() : Presets.empty())
              .secretKey(identity);
      binds.forEach(builder::bindAddr);
      return binding.bind(builder);
    }
  }
}
