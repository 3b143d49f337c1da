package dev.dialkey;

/** A datagram is longer than the path or the peer allows at the moment. */
public final class DatagramTooLargeException extends DatagramException {
  private static final long serialVersionUID = 1L;

  private final int max;

  /**
   * Creates it.
   *
   * @param length of the datagram in bytes
   * @param max what is allowed, in bytes
   */
  public DatagramTooLargeException(int length, int max) {
    super("a datagram of " + length + " bytes is too long, at most " + max + " go now");
    this.max = max;
  }

  /**
   * The longest datagram that could be sent.
   *
   * @return bytes
   */
  public int max() {
    return max;
  }
}
