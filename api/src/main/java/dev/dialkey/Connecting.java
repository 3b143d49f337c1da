package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.endpoint.AsyncCalls;
import dev.dialkey.internal.endpoint.Dialer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A dial under way. Thread-safe. The caller awaits it or closes it. */
public final class Connecting implements AutoCloseable {
  private final Endpoint endpoint;
  private final Dialer.Dial dial;
  private final Establishment establishment;

  Connecting(Endpoint endpoint, Dialer.Dial dial) {
    this.endpoint = endpoint;
    this.dial = dial;
    this.establishment = new Establishment(endpoint, dial.connection());
  }

  /**
   * The endpoint that is dialled.
   *
   * @return its id
   */
  public EndpointId remoteId() {
    return dial.peer();
  }

  /**
   * Waits until the peer has proved its id, at most as long as the idle time-out.
   *
   * @return the connection, the same at each call; the caller closes it
   * @throws DialException when nobody answers, or a hook rejects the connection
   * @throws HandshakeException when the peer is another, or speaks another protocol
   * @throws ConnectionClosedException when the peer refuses
   * @throws EndpointClosedException when this endpoint is closed
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted; the dial is
   *     cancelled
   */
  public Connection await() throws IOException {
    return await(Deadline.NEVER);
  }

  /**
   * As {@link #await()}, for a limited time.
   *
   * @param timeout how long to wait; the dial is cancelled when it is over
   * @return the connection
   * @throws DialTimeoutException when the time is over
   * @throws IOException as {@link #await()}
   */
  public Connection await(Duration timeout) throws IOException {
    return await(Deadline.after(endpoint.machine(), timeout));
  }

  /**
   * As {@link #await()}, without blocking. Cancelling the future cancels the dial.
   *
   * @return the connection to come
   */
  public CompletableFuture<Connection> awaitAsync() {
    return AsyncCalls.start(endpoint.machine(), endpoint.executor(), this::await);
  }

  /** Cancels the dial; closes the connection if it has come about. */
  @Override
  public void close() {
    dial.connection().close(0, new byte[0]);
  }

  @Override
  public String toString() {
    return "Connecting[" + endpoint + " to " + remoteId().shortString() + "]";
  }

  Connection await(long deadlineNanos) throws IOException {
    dial.await(deadlineNanos);
    return establishment
        .take(deadlineNanos)
        .orElseThrow(() -> new RejectedLocallyException(remoteId()));
  }
}
