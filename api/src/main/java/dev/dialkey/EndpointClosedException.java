package dev.dialkey;

/** The endpoint was closed before or while the operation ran. */
public final class EndpointClosedException extends DialkeyException {
  private static final long serialVersionUID = 1L;

  /** Creates it. */
  public EndpointClosedException() {
    super("the endpoint is closed");
  }
}
