package dev.dialkey.internal.connection;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Waits in a {@link WaitQueue} until an attempt succeeds. Stateless. */
final class Waiting {

  /** An attempt under the lock; null means that it has to wait. */
  interface Attempt<T> {
    @Nullable T run() throws IOException;
  }

  private Waiting() {}

  /**
   * Makes attempts under the lock, parking without it in between.
   *
   * @param what is named by the exception when the deadline passes
   */
  static <T> T until(
      ReentrantLock lock, WaitQueue queue, String what, long deadlineNanos, Attempt<T> attempt)
      throws IOException {
    while (true) {
      Waiter waiter;
      lock.lock();
      try {
        T result = attempt.run();
        if (result != null) {
          return result;
        }
        waiter = queue.join();
      } finally {
        lock.unlock();
      }
      await(lock, queue, waiter, what, deadlineNanos);
    }
  }

  private static void await(
      ReentrantLock lock, WaitQueue queue, Waiter waiter, String what, long deadlineNanos)
      throws IOException {
    InterruptedIOException interrupt = null;
    try {
      if (waiter.await(deadlineNanos)) {
        return;
      }
    } catch (InterruptedIOException e) {
      interrupt = e;
    }
    lock.lock();
    try {
      queue.leave(waiter);
    } finally {
      lock.unlock();
    }
    throw interrupt != null ? interrupt : Waiter.timeout(what);
  }
}
