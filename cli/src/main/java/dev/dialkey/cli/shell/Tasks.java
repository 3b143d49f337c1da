package dev.dialkey.cli.shell;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Waiting for tasks that run on other threads, and for the time. Stateless. */
public final class Tasks {

  private Tasks() {}

  /**
   * The result of a task; its failure becomes the caller's.
   *
   * @throws IOException what the task threw, or an {@link InterruptedIOException}
   */
  public static <T> T result(Future<T> task) throws IOException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new AssertionError("a task failed", e.getCause());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** The exception for an interrupt, whose flag is set again. */
  public static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  /**
   * Returns at a time of {@link System#nanoTime}.
   *
   * @throws InterruptedIOException when interrupted
   */
  public static void awaitNanos(long deadlineNanos) throws InterruptedIOException {
    long left = deadlineNanos - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted();
      }
      left = deadlineNanos - System.nanoTime();
    }
  }
}
