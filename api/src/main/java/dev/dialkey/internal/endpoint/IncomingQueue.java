package dev.dialkey.internal.endpoint;

import dev.dialkey.internal.connection.WaitQueue;
import dev.dialkey.internal.connection.Waiting;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** First flights that wait for the application, oldest first. Thread-safe. */
final class IncomingQueue {
  /** About 1.5 KiB each in the usual case: under 2 MiB, at most 24 MiB under attack. */
  static final int MAX_WAITING = 1_024;

  /** A client that hears nothing for that long has given up (docs/spec/quic.md, "Timers"). */
  private static final long MAX_AGE_NANOS = 30_000_000_000L;

  private final Machine machine;
  private final EndpointCounters counters;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final WaitQueue takers = new WaitQueue();
  private final ArrayDeque<PendingIncoming> waiting = new ArrayDeque<>();

  /** Those that nobody has decided about, whether they wait or were taken, oldest first. */
  private final LinkedHashSet<PendingIncoming> undecided = new LinkedHashSet<>();

  private boolean closed;

  IncomingQueue(Machine machine, EndpointCounters counters) {
    this.machine = machine;
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
      takers.wakeOne();
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
  Optional<PendingIncoming> take(long deadlineNanos) throws IOException {
    return Waiting.until(
        machine, lock, takers, "accept a connection", deadlineNanos, this::nextOrClosed);
  }

  /** Empty when there will be none, null when there may. */
  @SuppressWarnings("NullableOptional")
  private @Nullable Optional<PendingIncoming> nextOrClosed() {
    PendingIncoming next = waiting.poll();
    return (next != null || closed) ? Optional.ofNullable(next) : null;
  }

  /** Wakes everyone who waits; nothing can be added or taken any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      undecided.clear();
      takers.wakeAll();
    } finally {
      lock.unlock();
    }
  }
}
