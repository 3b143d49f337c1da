package dev.dialkey.cli.testpeer;

import java.io.IOException;

/** The peer or what is between has lost, doubled or mixed up data. */
final class WrongSequenceException extends IOException {
  private static final long serialVersionUID = 1L;

  WrongSequenceException(String what) {
    super(what);
  }
}
