package dev.dialkey.cli.perfpeer;

import java.io.IOException;

/** The server answered, but not what this protocol has it answer. */
final class WrongAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  WrongAnswerException(String what) {
    super(what + ": check that the ticket is that of a peer that serves " + PerfProtocol.ALPN);
  }
}
