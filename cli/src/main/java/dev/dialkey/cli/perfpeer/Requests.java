package dev.dialkey.cli.perfpeer;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.RecvStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Asks the server, each time on a new stream, and reads answers. Used by one thread at a time. */
final class Requests {
  private static final byte[] REQUEST = {PerfProtocol.REQUEST};
  private static final byte[] COUNT = {PerfProtocol.COUNT};

  /** The longest answer, and room to see that there is more. */
  private static final int ANSWER_BYTES = Long.BYTES + 1;

  private final Connection connection;
  private final ByteBuffer answer;

  Requests(Connection connection, Memory memory) {
    this.connection = connection;
    this.answer = memory.allocate(ANSWER_BYTES);
  }

  /** Sends a byte and waits for the byte that comes back. */
  void exchange() throws IOException {
    try (BiStream stream = connection.openBi()) {
      stream.send().finish(ByteBuffer.wrap(REQUEST));
      awaitByte(stream.recv(), PerfProtocol.REQUEST);
    }
  }

  /** How many datagrams have come to the server on this connection. */
  long datagramsArrived() throws IOException {
    try (BiStream stream = connection.openBi()) {
      stream.send().finish(ByteBuffer.wrap(COUNT));
      return read(stream.recv(), Long.BYTES).getLong();
    }
  }

  /** Waits for an answer of one byte, and its end. */
  void awaitByte(RecvStream stream, byte wanted) throws IOException {
    byte got = read(stream, 1).get();
    if (got != wanted) {
      throw new WrongAnswerException("the server answered " + got + " in place of " + wanted);
    }
  }

  private ByteBuffer read(RecvStream stream, int bytes) throws IOException {
    answer.clear();
    while (stream.read(answer) >= 0) {
      if (answer.position() > bytes) {
        throw new WrongAnswerException("the server answered more than " + bytes + " bytes");
      }
    }
    if (answer.position() < bytes) {
      throw new WrongAnswerException("the server answered less than " + bytes + " bytes");
    }
    return answer.flip();
  }
}
