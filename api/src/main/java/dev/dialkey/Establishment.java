package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.PeerConnection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The last step of a handshake, taken once however many threads wait for it: the hooks, then the
 * one object for the application. Thread-safe.
 */
final class Establishment {
  private final Endpoint endpoint;
  private final PeerConnection core;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Empty when a hook rejected it. */
  private final CompletableFuture<Optional<Connection>> result = new CompletableFuture<>();

  Establishment(Endpoint endpoint, PeerConnection core) {
    this.endpoint = endpoint;
    this.core = core;
  }

  /** Takes the step, or waits for the thread that does; empty when a hook has rejected it. */
  Optional<Connection> take(long deadlineNanos) throws IOException {
    if (begun.compareAndSet(false, true)) {
      Optional<Connection> connection = Optional.empty();
      try {
        connection = admit(new Connection(endpoint, core));
      } finally {
        result.complete(connection); // Also when a hook throws an Error, or others wait for ever.
      }
    }
    return await(deadlineNanos);
  }

  private Optional<Connection> admit(Connection connection) {
    Decision decision = endpoint.hooks().afterHandshake(connection);
    if (decision instanceof Decision.Reject(long code, byte[] reason)) {
      connection.close(code, reason);
      return Optional.empty();
    }
    return Optional.of(connection);
  }

  private Optional<Connection> await(long deadlineNanos) throws IOException {
    try {
      return result.get(Deadline.nanosLeft(deadlineNanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new DialkeyTimeoutException("wait for the hooks");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the hooks");
    } catch (ExecutionException e) {
      throw new AssertionError("it is never completed with a failure", e);
    }
  }
}
