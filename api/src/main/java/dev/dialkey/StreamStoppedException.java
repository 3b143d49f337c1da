package dev.dialkey;

/** The peer wants no more data on this stream (STOP_SENDING). */
public final class StreamStoppedException extends StreamException {
  private static final long serialVersionUID = 1L;

  private final long code;

  /**
   * Creates it.
   *
   * @param code the peer's application code
   */
  public StreamStoppedException(long code) {
    super("the peer stopped the stream with code " + code);
    this.code = code;
  }

  /**
   * The peer's code.
   *
   * @return 0 to 2^62-1; 0 also when the peer reset the stream too and the code is not known any
   *     more
   */
  public long code() {
    return code;
  }
}
