package dev.dialkey.cli.testpeer;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code dialkey test-peer listen}: takes any number of connections, one after the other or not.
 */
@Command(
    name = "listen",
    description = "Serves everybody who dials, until told to quit.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey test-peer listen",
      "  dialkey test-peer listen --secret HEX --bind 127.0.0.1:4433",
      "",
      "Exit codes: 0 good, 1 an \"error\" event was printed, 2 wrong usage."
    })
final class PeerListenCommand implements Callable<Integer> {
  static final Alpn PROTOCOL = Alpn.of("natlab/1");

  private static final int MAX_CONNECTIONS = 1_000;

  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Mixin private PeerOptions options = new PeerOptions();

  PeerListenCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() {
    try (SecretKey key = options.key(spec)) {
      return new PeerRun(shell)
          .run(
              options.wantsRelay(),
              () -> options.bind(key, PROTOCOL),
              PeerListenCommand::acceptAll);
    }
  }

  private static void acceptAll(Endpoint endpoint, EventLog log) throws IOException {
    var slots = new Semaphore(MAX_CONNECTIONS);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // The interrupt that ends this waits for the sessions, and close() passes it on to them.
      Optional<Incoming> next = endpoint.accept();
      while (next.isPresent()) {
        Incoming incoming = next.get();
        if (slots.tryAcquire()) {
          threads.execute(() -> serve(incoming, log, slots));
        } else {
          incoming.refuse();
        }
        next = endpoint.accept();
      }
    }
  }

  private static void serve(Incoming incoming, EventLog log, Semaphore slots) {
    long startNanos = System.nanoTime();
    try (Connection connection = incoming.accept().await()) {
      new Session(log, connection).accepted(startNanos);
    } catch (IOException e) {
      return; // The events have told; others may still come.
    } finally {
      slots.release();
    }
  }
}
