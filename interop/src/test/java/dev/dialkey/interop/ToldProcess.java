package dev.dialkey.interop;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A program that is told what to do line by line, and prints a line for each thing that happens. It
 * ends when told to {@code quit}. Thread-safe.
 *
 * @param <E> what a line says
 */
final class ToldProcess<E> implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Reads a line of output; one that it cannot read ends the events. */
  interface Parser<E> {
    E parse(String line) throws IOException;
  }

  private final Process process;
  private final Parser<E> parser;
  private final BufferedWriter commands;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final List<E> events = new ArrayList<>(); // Guarded by lock.
  private boolean ended; // Guarded by lock.

  private ToldProcess(Process process, Parser<E> parser) {
    this.process = process;
    this.parser = parser;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofVirtual().name("peer-events").start(this::collect);
  }

  static <E> ToldProcess<E> start(List<String> command, Parser<E> parser) throws IOException {
    return new ToldProcess<>(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start(), parser);
  }

  /** Gives a command. */
  void tell(String line) {
    try {
      commands.write(line + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new AssertionError("the peer is gone; its events: " + soFar(event -> true), e);
    }
  }

  /** The events so far. */
  int count() {
    return soFar(event -> true).size();
  }

  /** The events so far that fit. */
  List<E> soFar(Predicate<E> wanted) {
    lock.lock();
    try {
      return events.stream().filter(wanted).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The first event from {@code from} on that fits, waiting for it. */
  E await(Predicate<E> wanted, int from, String what) {
    long left = PATIENCE.toNanos();
    int next = from;
    lock.lock();
    try {
      while (true) {
        for (; next < events.size(); next++) {
          if (wanted.test(events.get(next))) {
            return events.get(next);
          }
        }
        if (ended || left <= 0) {
          throw new AssertionError(what + " did not come; events: " + events);
        }
        left = arrived.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  long pid() {
    return process.pid();
  }

  /** Ends the process as a crash would: nothing is sent any more. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() throws InterruptedException {
    try (commands) {
      if (process.isAlive()) {
        commands.write("quit\n");
      }
    } catch (IOException e) {
      // It was killed, or has quit by itself: there is nobody to tell.
    }
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private void collect() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        add(parser.parse(line));
      }
    } catch (IOException e) {
      // The process is gone; what it said last is there.
    } finally {
      end();
    }
  }

  private void add(E event) {
    lock.lock();
    try {
      events.add(event);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
