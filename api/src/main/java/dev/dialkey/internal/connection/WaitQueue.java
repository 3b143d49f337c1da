package dev.dialkey.internal.connection;

import java.util.ArrayDeque;

/**
 * Threads that wait for one kind of thing, first come first served. Guarded by its owner's lock.
 */
public final class WaitQueue {
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>(0);

  /** Adds the current thread. */
  Waiter join() {
    Waiter waiter = new Waiter();
    waiter.arm();
    waiters.add(waiter);
    return waiter;
  }

  /** Takes a thread out that gave up; if it was woken meanwhile, the next one is woken for it. */
  void leave(Waiter waiter) {
    if (!waiters.remove(waiter)) {
      wakeOne();
    }
    waiter.disarm();
  }

  /** Wakes the one that waits longest. */
  public void wakeOne() {
    Waiter first = waiters.poll();
    if (first != null) {
      first.complete();
    }
  }

  /** Wakes all. */
  public void wakeAll() {
    while (!waiters.isEmpty()) {
      wakeOne();
    }
  }
}
