package dev.dialkey.cli.testpeer;

import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what arrives and the pauses between. Thread-safe. */
final class Receipt {
  /** Shorter pauses are no events of their own. */
  static final double GAP_MILLIS = 100;

  /**
   * What one window saw.
   *
   * @param bytes in all
   * @param chunks in all
   * @param gapMillis the longest pause that ended in the window
   * @param idleMillis since the last byte
   * @param ageMillis the largest time that a chunk of the window was under way
   */
  record Window(long bytes, long chunks, double gapMillis, double idleMillis, double ageMillis) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final long startNanos;

  // Guarded by lock.
  private long lastNanos;
  private long bytes;
  private long chunks;
  private long windowGapNanos;
  private long maxGapNanos;
  private double windowAgeMillis;

  Receipt(long nowNanos) {
    startNanos = nowNanos;
    lastNanos = nowNanos;
  }

  /** Counts bytes; returns the pause that they ended in nanoseconds, if it was a long one. */
  OptionalLong arrived(int count, long nowNanos) {
    lock.lock();
    try {
      long gap = nowNanos - lastNanos;
      lastNanos = nowNanos;
      bytes += count;
      windowGapNanos = Math.max(windowGapNanos, gap);
      maxGapNanos = Math.max(maxGapNanos, gap);
      return gap / 1e6 >= GAP_MILLIS ? OptionalLong.of(gap) : OptionalLong.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Counts a whole chunk. */
  void chunk(double ageMillis) {
    lock.lock();
    try {
      chunks++;
      windowAgeMillis = Math.max(windowAgeMillis, ageMillis);
    } finally {
      lock.unlock();
    }
  }

  /** Ends a window and begins the next one. */
  Window window(long nowNanos) {
    lock.lock();
    try {
      var window =
          new Window(
              bytes, chunks, windowGapNanos / 1e6, (nowNanos - lastNanos) / 1e6, windowAgeMillis);
      windowGapNanos = 0;
      windowAgeMillis = 0;
      return window;
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  double seconds(long nowNanos) {
    return (nowNanos - startNanos) / 1e9;
  }

  double maxGapMillis() {
    lock.lock();
    try {
      return maxGapNanos / 1e6;
    } finally {
      lock.unlock();
    }
  }
}
