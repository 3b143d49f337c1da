package dev.dialkey.cli;

import java.io.IOException;

/** What came back is not what was sent. */
final class WrongDataException extends IOException {
  private static final long serialVersionUID = 1L;

  WrongDataException(String what) {
    super("wrong data: " + what + "; the other side is no echo server, or is broken");
  }
}
