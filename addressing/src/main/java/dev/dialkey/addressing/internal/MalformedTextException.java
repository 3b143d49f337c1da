package dev.dialkey.addressing.internal;

/** Text that breaks the grammar of its form; the message says where and why, without the text. */
public final class MalformedTextException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedTextException(String message) {
    // Peers choose the text, so failing must be cheap: no stack trace is recorded.
    super(message, null, false, false);
  }
}
