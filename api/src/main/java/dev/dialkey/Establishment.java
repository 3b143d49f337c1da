package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.endpoint.AsyncCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    Duration left = Duration.ofNanos(Deadline.nanosLeft(endpoint.machine(), deadlineNanos));
    return AsyncCalls.await(endpoint.machine(), result, left, "wait for the hooks");
  }
}
