package dev.dialkey.cli.testpeer;

import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Sends and receives numbered chunks. Stateless. */
final class Chunks {

  private Chunks() {}

  /** Sends on schedule and catches up after a blockage; returns when all was taken. */
  static void send(SendStream stream, StreamHeader header) throws IOException {
    var chunk = ByteBuffer.allocateDirect((int) header.chunkBytes());
    long intervalNanos = TimeUnit.MICROSECONDS.toNanos(header.intervalMicros());
    long startNanos = System.nanoTime();
    for (long n = 0; header.chunks() == 0 || n < header.chunks(); n++) {
      Tasks.awaitNanos(startNanos + n * intervalNanos);
      stream.write(chunk.clear().putLong(n).putLong(nowMicros()).clear());
    }
    stream.finish();
  }

  /**
   * Receives to the end.
   *
   * @throws WrongSequenceException when a chunk is not the next one
   */
  static void receive(RecvStream stream, StreamHeader header, Receipt receipt, EventLog log)
      throws IOException {
    var chunk = ByteBuffer.allocateDirect((int) header.chunkBytes());
    long next = 0;
    int n = stream.read(chunk);
    while (n >= 0) {
      receipt
          .arrived(n, System.nanoTime())
          .ifPresent(gap -> {
            double millis = gap / 1e6;
            long from = System.currentTimeMillis() - Math.round(millis);
            log.emit("gap", Map.of("from", from, "ms", millis));
          });
      if (!chunk.hasRemaining()) {
        long sequence = chunk.flip().getLong();
        if (sequence != next) {
          throw new WrongSequenceException(
              "chunk " + Long.toUnsignedString(sequence) + " came in place of " + next);
        }
        next++;
        receipt.chunk((nowMicros() - chunk.getLong()) / 1e3);
        chunk.clear();
      }
      n = stream.read(chunk);
    }
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
