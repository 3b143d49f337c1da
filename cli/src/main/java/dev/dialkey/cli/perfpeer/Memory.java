package dev.dialkey.cli.perfpeer;

import java.nio.ByteBuffer;
import java.util.Locale;

/** Where the buffers are. The library passes native memory on and copies from and to the heap. */
enum Memory {
  NATIVE,
  HEAP;

  ByteBuffer allocate(int bytes) {
    return switch (this) {
      case NATIVE -> ByteBuffer.allocateDirect(bytes);
      case HEAP -> ByteBuffer.allocate(bytes);
    };
  }

  /** As the user types it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
