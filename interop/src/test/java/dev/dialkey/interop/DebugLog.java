package dev.dialkey.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What one logger says at DEBUG, while it is open. Thread-safe. */
final class DebugLog extends Handler implements AutoCloseable {
  private final Logger logger;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition said = lock.newCondition();
  private final List<String> lines = new ArrayList<>(); // Guarded by lock.

  DebugLog(String name) {
    logger = Logger.getLogger(name);
    logger.setLevel(Level.FINE);
    logger.addHandler(this);
  }

  /** Waits for a line that contains the text. */
  void await(String text, Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (lines.stream().noneMatch(line -> line.contains(text))) {
        if (left <= 0) {
          throw new AssertionError("no line with \"" + text + "\" in " + lines);
        }
        left = said.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void publish(LogRecord entry) {
    lock.lock();
    try {
      lines.add(String.valueOf(entry.getMessage()));
      said.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(null);
  }
}
