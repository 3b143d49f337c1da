package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Those who want to know how one half of a stream ended: with the peer's code, or well. Guarded by
 * the connection's lock; the futures are completed on the executor.
 */
final class EndWatch {
  private final Executor executor;
  private final List<CompletableFuture<OptionalLong>> waiting = new ArrayList<>(1);
  private @Nullable OptionalLong outcome;

  EndWatch(Executor executor) {
    this.executor = executor;
  }

  /** Whether the outcome is still to come. */
  boolean isOpen() {
    return outcome == null;
  }

  /** A future of the caller's own. */
  CompletableFuture<OptionalLong> future() {
    var future = new CompletableFuture<OptionalLong>();
    OptionalLong known = outcome;
    if (known != null) {
      future.complete(known);
    } else {
      waiting.add(future);
    }
    return future;
  }

  /** The first outcome counts. */
  void complete(OptionalLong result) {
    if (outcome != null) {
      return;
    }
    outcome = result;
    for (CompletableFuture<OptionalLong> future : waiting) {
      executor.execute(() -> future.complete(result));
    }
    waiting.clear();
  }

  /** The connection is over: each gets an exception of its own. */
  void fail(CloseReason reason) {
    for (CompletableFuture<OptionalLong> future : waiting) {
      executor.execute(() -> future.completeExceptionally(new ConnectionClosedException(reason)));
    }
    waiting.clear();
  }
}
