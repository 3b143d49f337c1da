package dev.dialkey.cli.testpeer;

import dev.dialkey.Endpoint;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.cli.shell.Advice;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Termination;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ExitCode;

/** The life of a test peer, from its first event to its last. Used by one thread. */
final class PeerRun {
  /** So that everything is over within the 4 s of the contract. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

  /** Binds the endpoint. */
  interface Binding {
    Endpoint bind() throws IOException;
  }

  /** What a side does; an interrupt ends it. */
  interface Body {
    void run(Endpoint endpoint, EventLog log) throws IOException;
  }

  private final Shell shell;
  private final EventLog log;

  PeerRun(Shell shell) {
    this.shell = shell;
    this.log = new EventLog(shell);
  }

  /** Runs to the end and returns the exit code. */
  int run(boolean wantsRelay, Binding binding, Body body) {
    Thread control = Thread.ofPlatform().daemon().name("dialkey-control").unstarted(control());
    try (Termination termination = Termination.interrupts(ExitCode.OK)) {
      if (wantsRelay) {
        log.error("relays are not supported yet: leave --relay out and use --remote-addr");
      } else {
        serve(control, binding, body);
      }
    } catch (InterruptedIOException e) {
      Thread.interrupted(); // Told to end, which is no failure.
    } catch (IOException e) {
      log.error(Advice.on(e));
    } finally {
      control.interrupt();
      log.emit("end", Map.of());
    }
    return log.hasFailed() ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private void serve(Thread control, Binding binding, Body body) throws IOException {
    Endpoint endpoint = binding.bind();
    try {
      String id = endpoint.id().toString();
      log.emit("bound", Map.of("id", id, "ms", log.sinceStartMillis(), "impl", "dialkey"));
      List<String> addrs = endpoint.addr().ipAddrs().stream().map(SocketAddrs::format).toList();
      log.emit("addrs", Map.of("list", addrs));
      control.start();
      log.emit("ready", Map.of("id", id, "ms", log.sinceStartMillis()));
      body.run(endpoint, log);
    } finally {
      boolean interrupted = Thread.interrupted(); // Else nobody would wait for peers.
      endpoint.close(CLOSE_LIMIT);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Reads standard input; its end, or "quit", interrupts the peer's thread. */
  private Runnable control() {
    Thread peer = Thread.currentThread();
    return () -> {
      try {
        // A stream, for a reader made of a file's channel waits until its buffer is full.
        var bytes = Channels.newInputStream(shell.raw().in());
        var in = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
        String line = in.readLine();
        while (line != null && !line.strip().equals("quit")) {
          // "network_change" is a hint that nothing here needs yet; others may come.
          line = in.readLine();
        }
        peer.interrupt();
      } catch (IOException e) {
        return; // Interrupted: the peer is done.
      }
    };
  }
}
