package dev.dialkey.cli.perfpeer;

import dev.dialkey.SendStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes bulk data in pieces of one size, and its end. Used by one thread. */
interface BulkWriter {

  /** Returns when everything is in the stream. */
  void write(SendStream stream, long bytes) throws IOException;

  /**
   * A writer whose data begins with the byte that says what it is.
   *
   * @param pieceBytes size of a write
   * @param view whether to write through the {@code java.io} view, which takes arrays alone
   * @param memory where the data is otherwise
   */
  static BulkWriter of(int pieceBytes, boolean view, Memory memory) {
    if (view) {
      byte[] piece = new byte[pieceBytes];
      piece[0] = PerfProtocol.BULK;
      return (stream, bytes) -> writeView(stream.outputStream(), piece, bytes);
    }
    ByteBuffer piece = memory.allocate(pieceBytes).put(0, PerfProtocol.BULK);
    return (stream, bytes) -> writeBuffer(stream, piece, bytes);
  }

  private static void writeBuffer(SendStream stream, ByteBuffer piece, long bytes)
      throws IOException {
    long left = bytes;
    while (left > 0) {
      piece.clear().limit((int) Math.min(left, piece.capacity()));
      left -= stream.write(piece);
    }
    stream.finish();
  }

  /** Leaves closing to the end: after an exception the view would make half look whole. */
  private static void writeView(OutputStream out, byte[] piece, long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      int length = (int) Math.min(left, piece.length);
      out.write(piece, 0, length);
      left -= length;
    }
    out.close();
  }
}
