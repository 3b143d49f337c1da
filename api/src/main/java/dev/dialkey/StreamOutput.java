package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** The {@code java.io} view of a sending half. Not thread-safe. */
final class StreamOutput extends OutputStream {
  /** Smaller writes are gathered up to this, so that each costs no native call. */
  private static final int GATHER_BYTES = 16 * 1024;

  private final SendStream stream;
  private byte[] gathered = new byte[0]; // Most streams are written without the view.
  private int size;
  private boolean closed;

  StreamOutput(SendStream stream) {
    this.stream = stream;
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
      push(Deadline.NEVER);
    }
    if (length > GATHER_BYTES) {
      stream.send(bytes, offset, length, false, Deadline.NEVER);
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
    push(Deadline.NEVER);
    stream.half().flush();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      push(Deadline.NEVER);
      closed = true;
      stream.half().finish();
    }
  }

  /** Gives what was gathered to the stream; what is not taken in time stays gathered. */
  void push(long deadlineNanos) throws IOException {
    if (size == 0) {
      return;
    }
    try {
      stream.send(gathered, 0, size, false, deadlineNanos);
      size = 0;
    } catch (IOException e) {
      drop((int) stream.half().takenOfLastWrite());
      throw e;
    }
  }

  /** As {@link #push}, as far as it goes without waiting; true when nothing is left. */
  boolean tryPush() throws IOException {
    if (size > 0) {
      drop(stream.half().tryWrite(gathered, 0, size));
    }
    return size == 0;
  }

  private void drop(int taken) {
    size -= taken;
    System.arraycopy(gathered, taken, gathered, 0, size);
  }
}
