package dev.dialkey.internal.reflexive;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.internal.connection.WaitQueue;
import dev.dialkey.internal.connection.Waiting;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Inputs on their way to the thread that turns the core. Thread-safe. */
final class InputQueue {
  /**
   * Ten probes have few things to say between two steps. What is lost beyond that was a report of a
   * server that sends floods of them, or is missed by a deadline.
   */
  static final int MAX_INPUTS = 256;

  private final Machine machine;
  private final ReentrantLock lock = new ReentrantLock();
  private final WaitQueue taker = new WaitQueue();

  // Guarded by lock.
  private final ArrayDeque<Input> inputs = new ArrayDeque<>();
  private boolean closed;

  InputQueue(Machine machine) {
    this.machine = machine;
  }

  /** Adds an input; false when there is no room. */
  boolean offer(Input input) {
    lock.lock();
    try {
      if (inputs.size() >= MAX_INPUTS) {
        return false;
      }
      inputs.add(input);
      taker.wakeAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next input, that the deadline is reached, or nothing once it is closed. */
  Optional<Input> take(long deadlineNanos) {
    try {
      List<Input> next =
          Waiting.until(machine, lock, taker, "take an input", deadlineNanos, this::next);
      return next.stream().findFirst();
    } catch (DialkeyTimeoutException e) {
      return Optional.of(new Input.DeadlineReached());
    } catch (IOException e) {
      return Optional.empty(); // Nobody has a reference to interrupt it by.
    }
  }

  /** One input, none once it is closed, or null as long as there is nothing. */
  private @Nullable List<Input> next() {
    if (closed) {
      return List.of();
    }
    Input first = inputs.poll();
    return first == null ? null : List.of(first);
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      taker.wakeAll();
    } finally {
      lock.unlock();
    }
  }
}
