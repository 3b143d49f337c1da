package dev.dialkey.cli;

import dev.dialkey.Connection;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

/** Moves data over parallel streams to an echo server and checks what comes back. */
final class EchoTransfer {
  /** Code with which a test that failed closes its connection. */
  private static final long FAILED = 1;

  /**
   * How long it took.
   *
   * @param sentNanos until the last byte was taken for sending
   * @param receivedNanos until the last byte was back
   */
  record Result(long sentNanos, long receivedNanos) {}

  private final Connection connection;
  private final long bytes;
  private final int streams;
  private final LongConsumer progress;

  EchoTransfer(Connection connection, long bytes, int streams, LongConsumer progress) {
    this.connection = connection;
    this.bytes = bytes;
    this.streams = streams;
    this.progress = progress;
  }

  Result run() throws IOException {
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletionService<Long> lanes = new ExecutorCompletionService<>(threads);
      for (int i = 0; i < streams; i++) {
        long share = bytes / streams + (i < bytes % streams ? 1 : 0);
        lanes.submit(new EchoLane(connection, threads, i, share, progress));
      }
      long sent = awaitAll(lanes);
      return new Result(sent - start, System.nanoTime() - start);
    }
  }

  /** Returns when the last byte was sent; the first failure ends all lanes. */
  private long awaitAll(CompletionService<Long> lanes) throws IOException {
    boolean done = false;
    long lastSent = System.nanoTime();
    try {
      for (int i = 0; i < streams; i++) {
        long sent = Tasks.result(lanes.take());
        lastSent = i == 0 || sent - lastSent > 0 ? sent : lastSent;
      }
      done = true;
      return lastSent;
    } catch (InterruptedException e) {
      throw Tasks.interrupted();
    } finally {
      if (!done) {
        connection.close(FAILED, "the test failed");
      }
    }
  }
}
