package dev.dialkey;

/** The peer abandoned its sending half (RESET_STREAM); what was not read yet is lost. */
public final class StreamResetException extends StreamException {
  private static final long serialVersionUID = 1L;

  private final long code;

  /**
   * Creates it.
   *
   * @param code the peer's application code
   */
  public StreamResetException(long code) {
    super("the peer reset the stream with code " + code);
    this.code = code;
  }

  /**
   * The peer's code.
   *
   * @return 0 to 2^62-1
   */
  public long code() {
    return code;
  }
}
