package dev.dialkey.bench.harness.process;

import dev.dialkey.bench.harness.result.ProcessUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** One end of a pair as a process: a line goes in, a line comes out. For one thread. */
final class PeerProcess implements AutoCloseable {
  /** A peer writes one line per command; one that writes on and on waits here. */
  private static final int MAX_UNREAD_LINES = 64;

  private static final Duration LAST_WORDS = Duration.ofSeconds(2);
  private static final Duration ENDING = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final StderrTail stderr;
  private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(MAX_UNREAD_LINES);
  private final Thread reader;

  private PeerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.stderr = StderrTail.of(name, process);
    this.reader = Thread.ofVirtual().name("bench-stdout-" + name).unstarted(this::readLines);
  }

  /**
   * Starts a process.
   *
   * @param name for messages
   * @param command program and arguments
   */
  static PeerProcess start(String name, List<String> command) throws PeerFailedException {
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new PeerFailedException(name + " did not start: " + e.getMessage(), e);
    }
    var peer = new PeerProcess(name, process);
    peer.reader.start();
    return peer;
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the line {@code READY} and gives what stands behind it. */
  String awaitReady(Duration limit) throws PeerFailedException, InterruptedException {
    String line = awaitLine("READY", limit);
    if (!line.equals("READY") && !line.startsWith("READY ")) {
      throw failure("said '" + line + "' where the contract wants READY");
    }
    return line.substring("READY".length()).strip();
  }

  /** Sends a command and waits for its answer. */
  Reply ask(String command, Duration limit) throws PeerFailedException, InterruptedException {
    try {
      var input = process.outputWriter(StandardCharsets.UTF_8);
      input.write(command + "\n");
      input.flush();
    } catch (IOException e) {
      throw failure("takes no commands any more");
    }
    String line = awaitLine("an answer to '" + command + "'", limit);
    Optional<Reply> reply = Reply.parse(line);
    if (reply.isEmpty()) {
      throw failure("answered '" + line + "' to '" + command + "'; that is not in the contract");
    }
    return reply.get();
  }

  /** Running totals of what it used. */
  ProcessUse use(ProcessMeter meter) throws PeerFailedException, InterruptedException {
    try {
      return meter.read();
    } catch (IOException e) {
      throw failure("ended" + exitCode() + " while nothing was asked of it");
    }
  }

  /** Fails if it has ended, which explains what its partner met. */
  void requireAlive(PeerFailedException partner) throws PeerFailedException, InterruptedException {
    if (!process.isAlive()) {
      PeerFailedException failure = failure("ended" + exitCode());
      failure.addSuppressed(partner);
      throw failure;
    }
  }

  /** Has something done when it ends. */
  void whenEnded(Runnable action) {
    // Nobody waits for the future: the action itself wakes the one who has to know.
    var _ = process.onExit().thenRun(action);
  }

  /** Ends a wait for a line, from any thread: nothing will come. */
  void stopWaiting() {
    lines.offer(Optional.empty());
  }

  /** Ends it as the contract says, and by force if it does not follow. */
  @Override
  public void close() {
    try {
      process.outputWriter(StandardCharsets.UTF_8).close();
    } catch (IOException e) {
      // It is gone already, which is what is wanted.
    }
    try {
      if (!process.waitFor(ENDING.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    reader.interrupt(); // It may wait for room for lines that nobody wants.
  }

  private String awaitLine(String what, Duration limit)
      throws PeerFailedException, InterruptedException {
    Optional<String> line = lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw failure("did not give " + what + " within " + limit.toSeconds() + " s");
    }
    if (line.isEmpty()) {
      throw failure("ended" + exitCode() + " instead of giving " + what);
    }
    return line.get();
  }

  private String exitCode() throws InterruptedException {
    boolean hasEnded = process.waitFor(LAST_WORDS.toSeconds(), TimeUnit.SECONDS);
    return hasEnded ? " with exit code " + process.exitValue() : " its output";
  }

  private PeerFailedException failure(String what) throws InterruptedException {
    // What it wrote last explains most, and comes through another pipe.
    Duration patience = process.isAlive() ? Duration.ZERO : LAST_WORDS;
    String tail = stderr.tail(patience);
    String words = tail.isEmpty() ? "; it wrote nothing to standard error" : "; it wrote:\n" + tail;
    return new PeerFailedException(name + " " + what + words);
  }

  private void readLines() {
    try {
      try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          lines.put(Optional.of(line));
        }
      } catch (IOException e) {
        // The pipe broke: for the one who waits, the same as its end.
      }
      lines.put(Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Closed.
    }
  }
}
