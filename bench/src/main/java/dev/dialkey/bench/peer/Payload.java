package dev.dialkey.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The bytes on streams: the first one says what a stream is, the others mean nothing. */
final class Payload {

  /** The server answers with the same byte. */
  static final byte REQUEST = 0;

  /** The server answers with the same byte. */
  static final byte BULK = 1;

  /** The server answers with the number of datagrams that came, as eight bytes. */
  static final byte DATAGRAM_COUNT = 2;

  static final int WRITE_BYTES = 1 << 20;
  static final int READ_BYTES = 64 << 10;
  static final int DATAGRAM_BYTES = 1200;

  private Payload() {}

  /** What one bulk write takes. */
  static byte[] chunk() {
    byte[] chunk = new byte[WRITE_BYTES];
    chunk[0] = BULK;
    return chunk;
  }

  static void write(OutputStream out, long bytes) throws IOException {
    byte[] chunk = chunk();
    for (long left = bytes; left > 0; left -= Math.min(left, WRITE_BYTES)) {
      out.write(chunk, 0, (int) Math.min(left, WRITE_BYTES));
    }
  }

  /** Reads to the end of the stream and returns its first byte. */
  static byte drain(InputStream in) throws IOException {
    byte[] buffer = new byte[READ_BYTES];
    int read = in.read(buffer);
    if (read < 0) {
      throw new IOException("the stream was empty; its first byte says what it is");
    }
    byte first = buffer[0];
    while (read >= 0) {
      read = in.read(buffer);
    }
    return first;
  }

  /** Reads the one byte of an answer. */
  static void expect(InputStream in, byte expected) throws IOException {
    int answer = in.read();
    if (answer != expected) {
      throw new IOException("the server answered %d in place of %d".formatted(answer, expected));
    }
  }
}
