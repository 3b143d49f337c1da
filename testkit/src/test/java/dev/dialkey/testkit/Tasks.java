package dev.dialkey.testkit;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Runs parts of a test on virtual threads of their own and brings back how they ended. */
final class Tasks {
  private static final int LOOKS = 5;
  private static final long PATIENCE_NANOS = Loopback.PATIENCE.toNanos();

  /**
   * A running part.
   *
   * @param thread where it runs
   * @param future how it ends
   */
  record Task<T>(Thread thread, FutureTask<T> future) {
    /** Its result, or what it threw; fails when it hangs. */
    T get() throws Exception {
      return get(Loopback.PATIENCE);
    }

    /** The same; so long may it take. */
    T get(Duration patience) throws Exception {
      try {
        return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception cause) {
          throw cause;
        }
        throw new AssertionError("a part of the test failed", e.getCause());
      } catch (TimeoutException e) {
        var hang = new AssertionError("a part of the test hangs after " + patience, e);
        hang.setStackTrace(thread.getStackTrace());
        throw hang;
      }
    }

    /** What it threw; fails when it came to a result or hangs. */
    Throwable failure() throws Exception {
      try {
        T result = future.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        throw new AssertionError("expected it to throw, but it returned " + result);
      } catch (ExecutionException e) {
        return Objects.requireNonNull(e.getCause());
      }
    }

    /** Returns once it waits, and not only for a moment, as for a lock. */
    Task<T> parked() {
      int[] inARow = {0};
      awaitTrue(() -> {
        inARow[0] = isWaiting() ? inARow[0] + 1 : 0;
        return inARow[0] == LOOKS;
      });
      return this;
    }

    private boolean isWaiting() {
      Thread.State state = thread.getState();
      return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }
  }

  /** A part without a result. */
  interface Action {
    /** Runs it. */
    void run() throws Exception;
  }

  private Tasks() {}

  static <T> Task<T> start(Callable<T> part) {
    var future = new FutureTask<>(part);
    return new Task<>(Thread.ofVirtual().name("test-part").start(future), future);
  }

  static Task<Boolean> run(Action part) {
    return start(() -> {
      part.run();
      return true;
    });
  }

  /** Polls for what gives no sign that could be awaited. */
  static void awaitTrue(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("it did not come true within " + Loopback.PATIENCE);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
