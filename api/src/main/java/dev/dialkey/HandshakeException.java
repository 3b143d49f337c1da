package dev.dialkey;

/**
 * The TLS handshake failed: the peer proved another id, no ALPN is common to both, or one side does
 * not keep to the profile.
 */
public final class HandshakeException extends DialkeyException {
  private static final long serialVersionUID = 1L;

  private final int alert;
  private final boolean byPeer;

  /**
   * Creates it.
   *
   * @param alert the TLS alert, RFC 8446 section 6
   * @param byPeer whether the peer sent the alert
   */
  public HandshakeException(int alert, boolean byPeer) {
    super("handshake failed: " + describe(alert, byPeer));
    this.alert = alert;
    this.byPeer = byPeer;
  }

  /**
   * The TLS alert; in QUIC the error code is 0x100 more.
   *
   * @return the alert, 0 to 255
   */
  public int alert() {
    return alert;
  }

  /**
   * Whether the peer sent the alert.
   *
   * @return false when this side refused the peer
   */
  public boolean byPeer() {
    return byPeer;
  }

  private static String describe(int alert, boolean byPeer) {
    String by = byPeer ? "the peer" : "this endpoint";
    return switch (alert) {
      case 48 ->
          byPeer
              ? "the peer does not accept our key (alert 48)"
              : "the peer proved another id than the one dialled (alert 48)";
      case 120 -> by + " found no ALPN that both sides speak (alert 120)";
      default -> by + " sent TLS alert " + alert;
    };
  }
}
