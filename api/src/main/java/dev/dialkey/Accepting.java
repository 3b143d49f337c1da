package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.endpoint.AsyncCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A handshake with somebody who dials. Thread-safe. */
public final class Accepting implements AutoCloseable {
  private final Endpoint endpoint;
  private final PeerConnection core;
  private final IncomingAddr remoteAddr;
  private final Establishment establishment;

  Accepting(Endpoint endpoint, PeerConnection core, IncomingAddr remoteAddr) {
    this.endpoint = endpoint;
    this.core = core;
    this.remoteAddr = remoteAddr;
    this.establishment = new Establishment(endpoint, core);
  }

  /**
   * Where the peer sent its first packet from.
   *
   * @return the address
   */
  public IncomingAddr remoteAddr() {
    return remoteAddr;
  }

  /**
   * Waits until the handshake is over and tells the protocol agreed on.
   *
   * @return the protocol
   * @throws IOException as {@link #await()}
   */
  public Alpn alpn() throws IOException {
    return alpn(Deadline.NEVER);
  }

  /**
   * As {@link #alpn()}, for a limited time.
   *
   * @param timeout how long to wait; the handshake is given up when it is over
   * @return the protocol
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException as {@link #await()}
   */
  public Alpn alpn(Duration timeout) throws IOException {
    return alpn(Deadline.after(endpoint.machine(), timeout));
  }

  /**
   * Waits until the peer has proved its id, at most as long as the idle time-out.
   *
   * @return the connection, the same at each call; the caller closes it
   * @throws HandshakeException when the handshake fails, by this side's or the peer's doing
   * @throws ConnectionClosedException when the connection ends before, or a hook rejects it
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted; the handshake
   *     is given up
   */
  public Connection await() throws IOException {
    return await(Deadline.NEVER);
  }

  /**
   * As {@link #await()}, for a limited time.
   *
   * @param timeout how long to wait; the handshake is given up when it is over
   * @return the connection
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException as {@link #await()}
   */
  public Connection await(Duration timeout) throws IOException {
    return await(Deadline.after(endpoint.machine(), timeout));
  }

  /**
   * As {@link #await()}, without blocking.
   *
   * @return the connection to come
   */
  public CompletableFuture<Connection> awaitAsync() {
    return AsyncCalls.start(endpoint.machine(), endpoint.executor(), this::await);
  }

  /** Gives the handshake up; closes the connection if it has come about. */
  @Override
  public void close() {
    core.close(0, new byte[0]);
  }

  private Alpn alpn(long deadlineNanos) throws IOException {
    awaitHandshake(deadlineNanos);
    return core.lifecycle().alpn();
  }

  private Connection await(long deadlineNanos) throws IOException {
    awaitHandshake(deadlineNanos);
    return establishment
        .take(deadlineNanos)
        .orElseThrow(() -> new ConnectionClosedException(new CloseReason.LocallyClosed()));
  }

  private void awaitHandshake(long deadlineNanos) throws IOException {
    boolean connected = false;
    try {
      core.lifecycle().awaitHandshake(deadlineNanos);
      connected = true;
    } finally {
      if (!connected) {
        close();
      }
    }
  }
}
