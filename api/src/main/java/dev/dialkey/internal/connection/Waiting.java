package dev.dialkey.internal.connection;

import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Waits in a {@link WaitQueue} until an attempt succeeds. Stateless. */
public final class Waiting {

  /** An attempt under the lock; null means that it has to wait. */
  public interface Attempt<T> {
    /** The result, or null. */
    @Nullable T run() throws IOException;
  }

  private Waiting() {}

  /**
   * Makes attempts under the lock, parking without it in between.
   *
   * @param what is named by the exception when the deadline passes
   */
  public static <T> T until(
      Machine machine,
      ReentrantLock lock,
      WaitQueue queue,
      String what,
      long deadlineNanos,
      Attempt<T> attempt)
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
      InterruptedIOException interrupt = null;
      try {
        if (waiter.await(machine, deadlineNanos)) {
          continue;
        }
      } catch (InterruptedIOException e) {
        interrupt = e;
      }
      leave(lock, queue, waiter);
      throw interrupt != null ? interrupt : Waiter.timeout(what);
    }
  }

  private static void leave(ReentrantLock lock, WaitQueue queue, Waiter waiter) {
    lock.lock();
    try {
      queue.leave(waiter);
    } finally {
      lock.unlock();
    }
  }
}
