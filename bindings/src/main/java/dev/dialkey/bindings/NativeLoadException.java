package dev.dialkey.bindings;

import java.io.IOException;

/** The native library cannot be used; the message says why and what to do. */
public final class NativeLoadException extends IOException {
  private static final long serialVersionUID = 1L;

  NativeLoadException(String message) {
    super(message);
  }

  NativeLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
