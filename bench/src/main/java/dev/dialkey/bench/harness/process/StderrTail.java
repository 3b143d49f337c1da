package dev.dialkey.bench.harness.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps the last lines that a process wrote to standard error, and never lets it wait. */
final class StderrTail {
  /** A stack trace with its causes; a peer that logs on and on is cut to it. */
  private static final int MAX_LINES = 60;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<String> lines = new ArrayDeque<>();
  private final Process process;
  private final Thread reader;

  private StderrTail(String name, Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().name("bench-stderr-" + name).unstarted(this::read);
  }

  static StderrTail of(String name, Process process) {
    var tail = new StderrTail(name, process);
    tail.reader.start();
    return tail;
  }

  /**
   * The lines.
   *
   * @param patience how long to wait for the process to close its side first
   */
  String tail(Duration patience) throws InterruptedException {
    if (patience.isPositive()) {
      reader.join(patience);
    }
    lock.lock();
    try {
      return String.join("\n", lines);
    } finally {
      lock.unlock();
    }
  }

  private void read() {
    try (BufferedReader in = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      add("(standard error broke: " + e.getMessage() + ")");
    }
  }

  private void add(String line) {
    lock.lock();
    try {
      if (lines.size() == MAX_LINES) {
        lines.removeFirst();
      }
      lines.addLast(line);
    } finally {
      lock.unlock();
    }
  }
}
