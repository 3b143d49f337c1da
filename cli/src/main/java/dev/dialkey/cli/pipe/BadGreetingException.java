package dev.dialkey.cli.pipe;

import java.io.IOException;

/** A stream does not begin as the protocol has it. */
final class BadGreetingException extends IOException {
  private static final long serialVersionUID = 1L;

  BadGreetingException(String what) {
    super(
        "the other side does not greet as the protocol has it, "
            + what
            + ": check that it runs a \"connect\" command, with the same --custom-alpn or none");
  }
}
