package dev.dialkey.cli;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/** One stream of a transfer: a thread that writes and one that reads and compares. */
final class EchoLane implements Callable<Long> {
  /** A peer that is alive but moves nothing for this long is given up. */
  private static final Duration STALL_LIMIT = Duration.ofSeconds(30);

  private final Connection connection;
  private final ExecutorService threads;
  private final int number;
  private final long bytes;
  private final LongConsumer progress;

  EchoLane(
      Connection connection,
      ExecutorService threads,
      int number,
      long bytes,
      LongConsumer progress) {
    this.connection = connection;
    this.threads = threads;
    this.number = number;
    this.bytes = bytes;
    this.progress = progress;
  }

  /** Returns when the last byte was taken for sending. */
  @Override
  public Long call() throws IOException {
    try (BiStream stream = connection.openBi()) {
      Future<Long> writer = threads.submit(() -> write(stream.send()));
      readAndCompare(stream.recv());
      return Tasks.result(writer);
    }
  }

  private long write(SendStream send) throws IOException {
    var pattern = new EchoPattern(number);
    var buffer = new byte[EchoProtocol.CHUNK_BYTES];
    long position = 0;
    while (position < bytes) {
      int n = (int) Math.min(buffer.length, bytes - position);
      pattern.fill(position, buffer, n);
      send.write(ByteBuffer.wrap(buffer, 0, n), STALL_LIMIT);
      position += n;
    }
    send.finish();
    return System.nanoTime();
  }

  private void readAndCompare(RecvStream recv) throws IOException {
    var pattern = new EchoPattern(number);
    var buffer = ByteBuffer.allocate(EchoProtocol.CHUNK_BYTES);
    long position = 0;
    int n = recv.read(buffer, STALL_LIMIT);
    while (n >= 0) {
      int wrong = pattern.mismatch(position, buffer.array(), n);
      if (position + n > bytes) {
        throw new WrongDataException("more than " + bytes + " bytes came back on a stream");
      }
      if (wrong >= 0) {
        throw new WrongDataException("byte " + (position + wrong) + " of stream " + number);
      }
      position += n;
      progress.accept(n);
      n = recv.read(buffer.clear(), STALL_LIMIT);
    }
    if (position < bytes) {
      throw new WrongDataException(
          "only " + position + " of " + bytes + " bytes of stream " + number + " came back");
    }
  }
}
