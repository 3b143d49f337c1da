package dev.dialkey;

/** The endpoint could not be made: the native library is missing or a socket could not be bound. */
public final class EndpointBindException extends DialkeyException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param message what failed, and what to do
   * @param cause the reason
   */
  public EndpointBindException(String message, Throwable cause) {
    super(message, cause);
  }
}
