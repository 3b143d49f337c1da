package dev.dialkey;

/** The connection is gone. Every blocked and every later call throws its own instance. */
public final class ConnectionClosedException extends DialkeyException {
  private static final long serialVersionUID = 1L;

  private final transient CloseReason reason;

  /**
   * Creates it.
   *
   * @param reason how the connection ended
   */
  public ConnectionClosedException(CloseReason reason) {
    super("connection closed: " + reason.describe());
    this.reason = reason;
  }

  /**
   * How the connection ended.
   *
   * @return the reason
   */
  public CloseReason reason() {
    return reason;
  }
}
