package dev.dialkey.internal.endpoint;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs waiting calls for those who want futures. Thread-safe. */
public final class AsyncCalls {

  /** A call that waits. */
  public interface Call<T extends @Nullable Object> {
    /** Makes the call. */
    T run() throws IOException;
  }

  private static final class InterruptingFuture<T extends @Nullable Object>
      extends CompletableFuture<T> {
    private volatile Thread worker = Thread.currentThread(); // Set before anyone sees the future.

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        worker.interrupt();
      }
      return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>(); // Dependents have nothing to interrupt.
    }
  }

  private AsyncCalls() {}

  /**
   * Makes the call on a virtual thread of its own. Cancelling the future interrupts it; a result
   * that comes too late for its future is closed. Dependents run on the executor.
   */
  public static <T extends @Nullable Object> CompletableFuture<T> start(
      Machine machine, Executor executor, Call<T> call) {
    var future = new InterruptingFuture<T>();
    future.worker = machine.newThread("dialkey-async", () -> run(future, executor, call));
    machine.start(future.worker);
    return future;
  }

  /** Waits for a future of this library, whose failures are of its own kinds. */
  public static <T> T await(
      Machine machine, CompletableFuture<T> future, Duration timeout, String what)
      throws IOException {
    try {
      return machine.await(future, TimeUnit.NANOSECONDS.convert(timeout));
    } catch (TimeoutException e) {
      throw new DialkeyTimeoutException(what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to " + what);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException known) {
        throw known;
      }
      throw new AssertionError("unexpected failure", e);
    }
  }

  private static <T extends @Nullable Object> void run(
      CompletableFuture<T> future, Executor executor, Call<T> call) {
    try {
      T result = call.run();
      executor.execute(() -> deliver(future, result));
    } catch (IOException | RuntimeException | Error e) {
      executor.execute(() -> future.completeExceptionally(e));
    }
  }

  private static <T extends @Nullable Object> void deliver(CompletableFuture<T> future, T result) {
    if (!future.complete(result)) {
      discard(result);
    }
  }

  private static <T extends @Nullable Object> void discard(T result) {
    if (result instanceof Optional<?> optional) {
      optional.ifPresent(AsyncCalls::discard);
    } else if (result instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new AssertionError("closing throws nothing", e);
      }
    }
  }
}
