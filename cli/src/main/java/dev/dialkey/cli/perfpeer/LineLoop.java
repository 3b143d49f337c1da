package dev.dialkey.cli.perfpeer;

import dev.dialkey.cli.shell.Advice;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Termination;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ExitCode;

/** Answers lines on standard input, until its end or a signal. Used by one thread. */
final class LineLoop {

  /** A peer; an interrupt ends it. */
  interface Peer {
    void run(LineLoop lines) throws IOException;
  }

  /** Does what a line orders. */
  interface Handler {
    Outcome answer(Order order) throws IOException;
  }

  private final Shell shell;

  private LineLoop(Shell shell) {
    this.shell = shell;
  }

  /** Runs a peer; that it is told to end is no failure. */
  static void untilTold(Shell shell, Peer peer) throws IOException {
    try (Termination termination = Termination.interrupts(ExitCode.OK)) {
      peer.run(new LineLoop(shell));
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      Thread.interrupted();
    }
  }

  /** Prints a first line and returns at the end of input. */
  void run(String ready, Handler handler) throws IOException {
    shell.print(ready);
    // A stream, for a reader made of a file's channel waits until its buffer is full.
    var bytes = Channels.newInputStream(shell.raw().in());
    var in = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
    String line = in.readLine();
    while (line != null) {
      shell.print(answer(line, handler));
      line = in.readLine();
    }
  }

  private static String answer(String line, Handler handler) throws IOException {
    try {
      return handler.answer(Order.parse(line)).line();
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return "error " + Advice.on(e).replaceAll("\\R", " ");
    }
  }
}
