package dev.dialkey;

/** The peer takes no datagrams. */
public final class DatagramsUnsupportedException extends DatagramException {
  private static final long serialVersionUID = 1L;

  /** Creates it. */
  public DatagramsUnsupportedException() {
    super("the peer takes no datagrams");
  }
}
