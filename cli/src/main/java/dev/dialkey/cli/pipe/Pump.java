package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Moves bytes between a stream and a local end, in both directions at once. Each direction ends by
 * itself; the pump is done when both are and the peer has acknowledged everything. What goes wrong
 * in one direction ends both: the stream is reset and stopped with code 0, and the local end is
 * closed. Used once, by one thread.
 */
final class Pump {
  /** What one direction holds in memory. */
  static final int CHUNK_BYTES = 64 * 1024;

  private static final long CANCELLED = 0;

  private final BiStream stream;
  private final LocalEnd local;

  Pump(BiStream stream, LocalEnd local) {
    this.stream = stream;
    this.local = local;
  }

  /**
   * Returns when both directions have ended; leaves closing the local end to the caller.
   *
   * @throws IOException what went wrong first; an {@link java.io.InterruptedIOException} when the
   *     calling thread is interrupted
   */
  void run() throws IOException {
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(local.threads())) {
      var directions = new ExecutorCompletionService<Long>(threads);
      boolean done = false;
      try {
        directions.submit(this::send);
        directions.submit(this::receive);
        Tasks.result(directions.take());
        Tasks.result(directions.take());
        done = true;
      } catch (InterruptedException e) {
        throw Tasks.interrupted();
      } finally {
        if (!done) {
          cancel(threads);
        }
      }
    }
  }

  private long send() throws IOException {
    long total = 0;
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer buffer = arena.allocate(CHUNK_BYTES).asByteBuffer();
      while (local.source().read(buffer.clear()) >= 0) {
        total += stream.send().write(buffer.flip());
      }
    }
    Acknowledgement.finish(stream.send());
    return total;
  }

  private long receive() throws IOException {
    long total = 0;
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer buffer = arena.allocate(CHUNK_BYTES).asByteBuffer();
      while (stream.recv().read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          total += local.sink().write(buffer);
        }
      }
    }
    local.ending().end();
    return total;
  }

  private void cancel(ExecutorService threads) {
    stream.send().reset(CANCELLED);
    stream.recv().stop(CANCELLED);
    threads.shutdownNow(); // The interrupt closes a channel that somebody waits for.
  }
}
