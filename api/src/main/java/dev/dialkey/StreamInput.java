package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The {@code java.io} view of a receiving half. Not thread-safe. */
final class StreamInput extends InputStream {
  private final RecvStream stream;

  StreamInput(RecvStream stream) {
    this.stream = stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    // java.io wants 0 here even at the end.
    return length == 0 ? 0 : stream.receive(target, offset, length, Deadline.NEVER);
  }

  @Override
  public void close() {
    stream.close();
  }
}
