package dev.dialkey.internal.endpoint;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.internal.loop.EndpointCounters;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** First flights that wait for the application, oldest first. Thread-safe. */
final class IncomingQueue {
  /** About 1.5 KiB each in the usual case: under 2 MiB, at most 24 MiB under attack. */
  static final int MAX_WAITING = 1_024;

  /** A client that hears nothing for that long has given up (docs/spec/quic.md, "Timers"). */
  private static final long MAX_AGE_NANOS = 30_000_000_000L;

  private final EndpointCounters counters;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<PendingIncoming> waiting = new ArrayDeque<>();
  private boolean closed;

  IncomingQueue(EndpointCounters counters) {
    this.counters = counters;
  }

  /** Adds one; false when the queue is full or closed. */
  boolean offer(PendingIncoming incoming) {
    lock.lock();
    try {
      if (closed || waiting.size() >= MAX_WAITING) {
        return false;
      }
      waiting.add(incoming);
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Drops those that waited too long, and tells which one it was. */
  @Nullable PendingIncoming pollExpired(long nowNanos) {
    lock.lock();
    try {
      PendingIncoming oldest = waiting.peek();
      if (oldest == null || nowNanos - oldest.arrivedNanos() < MAX_AGE_NANOS) {
        return null;
      }
      counters.incomingExpired.increment();
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  /** The next one; empty once the queue is closed. */
  Optional<PendingIncoming> take(long timeoutNanos)
      throws InterruptedIOException, DialkeyTimeoutException {
    long left = timeoutNanos;
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        if (left <= 0) {
          throw new DialkeyTimeoutException("accept a connection");
        }
        left = arrived.awaitNanos(left);
      }
      return Optional.ofNullable(waiting.poll());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      arrived.signal(); // The signal may have been for this thread.
      throw new InterruptedIOException("interrupted while waiting for a connection");
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everyone who waits; nothing can be added or taken any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  static long nanos(java.time.Duration timeout) {
    return TimeUnit.NANOSECONDS.convert(timeout);
  }
}
