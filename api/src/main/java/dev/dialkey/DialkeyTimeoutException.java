package dev.dialkey;

/** The time the caller allowed for an operation is over; the operation was cancelled. */
public final class DialkeyTimeoutException extends DialkeyException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param operation what was waited for
   */
  public DialkeyTimeoutException(String operation) {
    super("timed out: " + operation);
  }
}
