package dev.dialkey;

/** A datagram cannot be sent. */
public abstract sealed class DatagramException extends DialkeyException
    permits DatagramTooLargeException, DatagramsUnsupportedException {
  private static final long serialVersionUID = 1L;

  DatagramException(String message) {
    super(message);
  }
}
