package dev.dialkey;

/**
 * Observes what happens in an endpoint: each start is followed by its end.
 *
 * <p>Called in order, by one virtual thread at a time. What it throws is logged and ignored. Up to
 * 1,024 calls wait for a slow listener; more are dropped and counted in {@link
 * ConnectionMetrics#listenerEventsDropped()}.
 */
public interface EndpointListener {

  /**
   * A handshake has begun.
   *
   * @param handshake which one
   */
  default void handshakeStarted(HandshakeInfo handshake) {}

  /**
   * A handshake has led to a connection, of which {@link #connectionOpened} tells next.
   *
   * @param handshake which one
   */
  default void handshakeSucceeded(HandshakeInfo handshake) {}

  /**
   * A handshake has led to nothing.
   *
   * @param handshake which one
   * @param reason why
   */
  default void handshakeFailed(HandshakeInfo handshake, CloseReason reason) {}

  /**
   * A connection is past its handshake.
   *
   * @param connection which one
   */
  default void connectionOpened(ConnectionInfo connection) {}

  /**
   * A connection is over.
   *
   * @param connection which one
   * @param reason how it ended
   * @param stats what went over it
   */
  default void connectionClosed(
      ConnectionInfo connection, CloseReason reason, ConnectionStats stats) {}
}
