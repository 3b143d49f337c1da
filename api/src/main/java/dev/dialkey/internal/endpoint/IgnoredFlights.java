package dev.dialkey.internal.endpoint;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** First flights that the application ignores, oldest first, so that repetitions are dropped. */
final class IgnoredFlights {
  /** Under 2 MiB; whoever ignores more at once sees some of them again. */
  static final int MAX_REMEMBERED = 1_024;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<PendingIncoming> remembered = new ArrayDeque<>();

  /** Remembers one; returns the one to be forgotten for it, if any. */
  @Nullable PendingIncoming add(PendingIncoming ignored) {
    lock.lock();
    try {
      remembered.add(ignored);
      return remembered.size() > MAX_REMEMBERED ? remembered.poll() : null;
    } finally {
      lock.unlock();
    }
  }
}
