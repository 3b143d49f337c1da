package dev.dialkey.bindings;

/** A native call failed in a way that only a mistake of ours, or a panic, explains. */
public final class NativeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  NativeException(int status, String message) {
    super("native call failed with " + status + (message.isEmpty() ? "" : ": " + message));
    this.status = status;
  }

  /** The {@code dk_status}. */
  public int status() {
    return status;
  }
}
