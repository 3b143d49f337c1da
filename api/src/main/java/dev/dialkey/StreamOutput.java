package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.WriteHalf;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** The {@code java.io} view of a sending half. Not thread-safe. */
final class StreamOutput extends OutputStream {
  /** Smaller writes are gathered up to this, so that each costs no native call. */
  private static final int GATHER_BYTES = 16 * 1024;

  @SuppressWarnings("UnusedVariable") // Keeps it reachable while only the view is used.
  private final Connection connection;

  private final WriteHalf half;
  private byte[] gathered = new byte[0]; // Most streams are written without the view.
  private int size;
  private boolean closed;

  StreamOutput(Connection connection, WriteHalf half) {
    this.connection = connection;
    this.half = half;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new StreamFinishedException();
    }
    if (size + length > GATHER_BYTES) {
      push();
    }
    if (length > GATHER_BYTES) {
      half.write(bytes, offset, length, Deadline.NEVER);
      return;
    }
    if (size + length > gathered.length) {
      int capacity = size + length > 512 ? GATHER_BYTES : 512;
      gathered = java.util.Arrays.copyOf(gathered, capacity);
    }
    System.arraycopy(bytes, offset, gathered, size, length);
    size += length;
  }

  @Override
  public void flush() throws IOException {
    push();
    half.flush();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      push();
      closed = true;
      half.finish();
    }
  }

  /** Gives what was gathered to the stream. */
  void push() throws IOException {
    if (size > 0) {
      int length = size;
      size = 0; // Also when it throws: what failed once is not tried again.
      half.write(gathered, 0, length, Deadline.NEVER);
    }
  }

  /** As {@link #push}, as far as it goes without waiting; true when nothing is left. */
  boolean tryPush() throws IOException {
    if (size > 0) {
      int taken = half.tryWrite(gathered, 0, size);
      size -= taken;
      System.arraycopy(gathered, taken, gathered, 0, size);
    }
    return size == 0;
  }
}
