package dev.dialkey.addressing;

import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dialkey.addressing.AddressFormatException.Kind;

/** What tests say about malformed input. */
final class AddressFormats {
  private AddressFormats() {}

  interface Parse {
    Object run();
  }

  /** The error of a parse that must fail in the one allowed way. */
  static AddressFormatException failure(Parse parse) {
    Throwable thrown = catchThrowable(parse::run);
    if (thrown instanceof AddressFormatException failure) {
      return failure;
    }
    throw new AssertionError("neither accepted input nor another exception is right here", thrown);
  }

  static Kind kind(Parse parse) {
    return failure(parse).kind();
  }

  /** Runs a parse on hostile input: success and the typed error are fine, all else is not. */
  static void toleratesHostile(Parse parse) {
    Throwable thrown = catchThrowable(parse::run);
    if (thrown != null && !(thrown instanceof AddressFormatException)) {
      throw new AssertionError("not the typed error", thrown);
    }
  }
}
