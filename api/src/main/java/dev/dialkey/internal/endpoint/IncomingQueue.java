package dev.dialkey.internal.endpoint;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.internal.loop.EndpointCounters;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Optional;
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

  /** Those that nobody has decided about, whether they wait or were taken, oldest first. */
  private final LinkedHashSet<PendingIncoming> undecided = new LinkedHashSet<>();

  private boolean closed;

  IncomingQueue(EndpointCounters counters) {
    this.counters = counters;
  }

  /** Adds one; false when the queue is full or closed. */
  boolean offer(PendingIncoming incoming) {
    lock.lock();
    try {
      if (closed || undecided.size() >= MAX_WAITING) {
        return false;
      }
      waiting.add(incoming);
      undecided.add(incoming);
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many nobody has decided about. */
  int undecided() {
    lock.lock();
    try {
      return undecided.size();
    } finally {
      lock.unlock();
    }
  }

  /** It counts no more. */
  void decided(PendingIncoming incoming) {
    lock.lock();
    try {
      undecided.remove(incoming);
    } finally {
      lock.unlock();
    }
  }

  /** Whether its client has given up. */
  static boolean isExpired(PendingIncoming incoming, long nowNanos) {
    return nowNanos - incoming.arrivedNanos() >= MAX_AGE_NANOS;
  }

  /** Takes out one that nobody has decided about in time, also when it was taken. */
  @Nullable PendingIncoming pollExpired(long nowNanos) {
    lock.lock();
    try {
      if (undecided.isEmpty() || !isExpired(undecided.getFirst(), nowNanos)) {
        return null;
      }
      counters.incomingExpired.increment();
      PendingIncoming oldest = undecided.removeFirst();
      waiting.remove(oldest); // At its head, if it is there.
      return oldest;
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
      undecided.clear();
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
