package dev.dialkey.internal.endpoint;

import java.util.Arrays;

/** The destination connection id that a client made up for its first packets. */
final class InitialId {
  private final byte[] bytes;

  InitialId(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InitialId that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
