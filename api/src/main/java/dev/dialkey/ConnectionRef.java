package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import dev.dialkey.internal.connection.PeerConnection;
import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Observes a connection without keeping it from being closed when its users have forgotten it.
 * Thread-safe.
 */
public final class ConnectionRef {
  private final WeakReference<Connection> connection;
  private final PeerConnection core;

  ConnectionRef(Connection connection, PeerConnection core) {
    this.connection = new WeakReference<>(connection);
    this.core = core;
  }

  /**
   * The connection.
   *
   * @return empty once it is over or forgotten
   */
  public Optional<Connection> get() {
    return core.lifecycle().closeReason() == null
        ? Optional.ofNullable(connection.get())
        : Optional.empty();
  }

  /**
   * As {@link Connection#connectionId()}.
   *
   * @return the number
   */
  public long connectionId() {
    return core.connectionId();
  }

  /**
   * The id that the peer has proved to own.
   *
   * @return the peer's id
   */
  public EndpointId remoteId() {
    return core.lifecycle().remoteId();
  }

  /**
   * As {@link Connection#closed()}.
   *
   * @return a future of the caller's own
   */
  public CompletableFuture<CloseReason> closed() {
    return core.lifecycle().closed().copy();
  }
}
