package dev.dialkey.cli.perfpeer;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionStats;
import dev.dialkey.RecvStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Answers the streams of one connection. Thread-safe. */
final class Answers {
  /** Enough for what a request should be; its bytes have come when the stream is seen. */
  private static final int REQUEST_BYTES = 16;

  private static final byte[] TO_REQUEST = {PerfProtocol.REQUEST};
  private static final byte[] TO_BULK = {PerfProtocol.BULK};

  private final Connection connection;
  private final BulkBuffers buffers;

  Answers(Connection connection, BulkBuffers buffers) {
    this.connection = connection;
    this.buffers = buffers;
  }

  /** Reads the stream to its end, answers and closes it. */
  void answer(BiStream stream) throws IOException {
    try (stream) {
      // On the heap, for native memory costs more to get than it saves for a byte.
      var first = ByteBuffer.allocate(REQUEST_BYTES);
      boolean empty = stream.recv().read(first) < 0;
      switch (empty ? -1 : first.get(0)) {
        case PerfProtocol.REQUEST -> {
          drain(stream.recv(), first);
          send(stream, TO_REQUEST);
        }
        case PerfProtocol.BULK -> {
          drainBulk(stream.recv());
          send(stream, TO_BULK);
        }
        case PerfProtocol.COUNT -> {
          drain(stream.recv(), first);
          send(stream, datagramsArrived());
        }
        default -> {
          stream.send().reset(PerfProtocol.UNKNOWN_KIND);
          stream.recv().stop(PerfProtocol.UNKNOWN_KIND);
        }
      }
    }
  }

  private void drainBulk(RecvStream stream) throws IOException {
    ByteBuffer buffer = buffers.take();
    try {
      drain(stream, buffer);
    } finally {
      buffers.giveBack(buffer);
    }
  }

  private static void drain(RecvStream stream, ByteBuffer buffer) throws IOException {
    while (stream.read(buffer.clear()) >= 0) {
      // What was read is not looked at.
    }
  }

  private static void send(BiStream stream, byte[] answer) throws IOException {
    stream.send().finish(ByteBuffer.wrap(answer));
  }

  /** Those taken and those about to be; not those for which there was no room. */
  private byte[] datagramsArrived() {
    ConnectionStats stats = connection.stats();
    long arrived = stats.messagesReceived() - stats.messagesReceiveDropped();
    return ByteBuffer.allocate(Long.BYTES).putLong(arrived).array();
  }
}
