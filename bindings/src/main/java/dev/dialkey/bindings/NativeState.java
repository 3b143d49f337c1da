package dev.dialkey.bindings;

/**
 * State of a connection, {@code dk_conn_state}.
 *
 * @param flags the bits below
 * @param origin who ended it
 * @param errorCode with which code
 * @param peerWindow bytes that the peer takes on a new stream before it has read any; 0 until it
 *     has told
 */
public record NativeState(int flags, Origin origin, long errorCode, long peerWindow) {
  /** The handshake is complete and the peer authenticated. */
  public static final int ESTABLISHED = 1;

  /** The handshake is confirmed. */
  public static final int CONFIRMED = 2;

  /** Closing or draining. */
  public static final int DRAINING = 4;

  /** All timers are over. */
  public static final int CLOSED = 8;

  /** A panic poisoned the native object. */
  public static final int POISONED = 128;

  /** Who ended a connection, {@code dk_origin}. */
  public enum Origin {
    /** Nobody yet. */
    NONE,
    /** Our application. */
    LOCAL_APPLICATION,
    /** Our QUIC or TLS. */
    LOCAL_TRANSPORT,
    /** The peer's application. */
    PEER_APPLICATION,
    /** The peer's QUIC or TLS. */
    PEER_TRANSPORT,
    /** The idle time-out. */
    IDLE_TIMEOUT,
    /** A stateless reset. */
    STATELESS_RESET;

    static Origin of(long code) {
      return switch ((int) code) {
        case 1 -> LOCAL_APPLICATION;
        case 2 -> LOCAL_TRANSPORT;
        case 3 -> PEER_APPLICATION;
        case 4 -> PEER_TRANSPORT;
        case 5 -> IDLE_TIMEOUT;
        case 6 -> STATELESS_RESET;
        default -> NONE;
      };
    }
  }
}
