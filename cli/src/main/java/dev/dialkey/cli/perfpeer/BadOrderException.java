package dev.dialkey.cli.perfpeer;

import java.io.IOException;

/** A line that cannot be carried out. The message says what can. */
final class BadOrderException extends IOException {
  private static final long serialVersionUID = 1L;

  BadOrderException(String message) {
    super(message);
  }
}
