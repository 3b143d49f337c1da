package dev.dialkey.internal.endpoint;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * First flights that nobody is to hear of again, oldest first: those that the application ignores
 * and those whose connection is over. Copies of a flight take several ways, and a late one must not
 * look like somebody who dials anew.
 */
final class SettledFlights {
  /** About 400 bytes each, under 4 MiB; of more at once, the oldest may come up again. */
  static final int MAX_REMEMBERED = 8_192;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<PendingIncoming> remembered = new ArrayDeque<>();

  /** Remembers one; returns the one to be forgotten for it, if any. */
  @Nullable PendingIncoming add(PendingIncoming settled) {
    lock.lock();
    try {
      remembered.add(settled);
      return remembered.size() > MAX_REMEMBERED ? remembered.poll() : null;
    } finally {
      lock.unlock();
    }
  }
}
