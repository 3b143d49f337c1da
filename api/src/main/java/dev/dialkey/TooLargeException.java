package dev.dialkey;

/** The stream holds more than the caller allows. */
public final class TooLargeException extends StreamException {
  private static final long serialVersionUID = 1L;

  private final int limit;

  /**
   * Creates it.
   *
   * @param limit the caller's limit in bytes
   */
  public TooLargeException(int limit) {
    super("the stream holds more than " + limit + " bytes");
    this.limit = limit;
  }

  /**
   * The caller's limit.
   *
   * @return bytes
   */
  public int limit() {
    return limit;
  }
}
