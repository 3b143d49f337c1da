package dev.dialkey.bench.harness.process;

import java.io.IOException;

/** A peer did not start, died, fell silent or broke the contract: it is of no more use. */
public final class PeerFailedException extends IOException {
  private static final long serialVersionUID = 1;

  PeerFailedException(String message) {
    super(message);
  }

  PeerFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
