package dev.dialkey.internal.event;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a task on an executor at least once after each signal, never twice at a time. Signals that
 * come while it runs are taken together. Thread-safe.
 */
final class SerialTask {
  private static final Logger LOG = System.getLogger("dev.dialkey.event");

  private final Executor executor;
  private final Runnable task;
  private final AtomicInteger signals = new AtomicInteger();

  SerialTask(Executor executor, Runnable task) {
    this.executor = executor;
    this.task = task;
  }

  void signal() {
    if (signals.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen;
    do {
      seen = signals.get();
      try {
        task.run();
      } catch (RuntimeException | Error e) { // Whatever it is, the next signal must run it again.
        LOG.log(Level.WARNING, "an observer failed", e);
      }
    } while (signals.addAndGet(-seen) != 0);
  }
}
