package dev.dialkey.cli.testpeer;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One connection: its stream, and the events about it. Used by one thread. */
final class Session {
  private static final long PROGRESS_MILLIS = 200;
  private static final Duration HEADER_LIMIT = Duration.ofSeconds(30);

  private final EventLog log;
  private final Connection connection;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dialkey-peer-", 0).factory());

  Session(EventLog log, Connection connection) {
    this.log = log;
    this.connection = connection;
  }

  /** Opens the stream and returns when both directions are done and the connection is closed. */
  void dialed(StreamHeader header, long startNanos) throws IOException {
    run(
        startNanos,
        () -> {
          try (BiStream stream = connection.openBi()) {
            stream.send().write(header.encode());
            exchange(stream, header, header.dialerSends(), header.listenerSends());
          }
          connection.close();
        });
  }

  /** Serves the peer's stream and returns when the connection is over. */
  void accepted(long startNanos) throws IOException {
    run(
        startNanos,
        () -> {
          try (BiStream stream = connection.acceptBi()) {
            StreamHeader header = readHeader(stream);
            exchange(stream, header, header.listenerSends(), header.dialerSends());
            Tasks.result(connection.closed());
          }
        });
  }

  /** What a side does with its stream. */
  private interface Exchange {
    void run() throws IOException;
  }

  private void run(long startNanos, Exchange exchange) throws IOException {
    String remote = connection.remoteId().toString();
    log.emit("connected", Map.of("ms", EventLog.millisSince(startNanos), "remote", remote));
    try (threads) {
      threads.execute(new PathReporter(log, connection, startNanos));
      try {
        exchange.run();
      } catch (IllegalArgumentException | WrongSequenceException e) {
        log.error(String.valueOf(e.getMessage()));
      } finally {
        connection.close();
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        String reason = connection.closed().join().describe();
        log.emit("closed", Map.of("reason", reason));
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private static StreamHeader readHeader(BiStream stream) throws IOException {
    var header = ByteBuffer.allocate(StreamHeader.BYTES);
    while (header.hasRemaining()) {
      if (stream.recv().read(header, HEADER_LIMIT) < 0) {
        throw new IllegalArgumentException("the stream ended in its header");
      }
    }
    return StreamHeader.decode(header.flip());
  }

  private void exchange(BiStream stream, StreamHeader header, boolean sends, boolean receives)
      throws IOException {
    Future<Boolean> sender = threads.submit(() -> send(stream, header, sends));
    if (receives) {
      receive(stream, header);
    } else if (stream.recv().read(new byte[1]) >= 0) {
      throw new IllegalArgumentException("data came from the side that said it sends none");
    }
    Tasks.result(sender);
  }

  private boolean send(BiStream stream, StreamHeader header, boolean sends) throws IOException {
    // A sender that waits for its schedule would not notice the end of the connection.
    Thread sending = Thread.currentThread();
    CompletableFuture<Void> wakeUp = connection.closed().thenRun(sending::interrupt);
    try {
      if (sends) {
        Chunks.send(stream.send(), header);
      } else {
        stream.send().finish();
      }
      stream.send().awaitAcked(Duration.ofDays(1));
      return true;
    } finally {
      wakeUp.cancel(false);
    }
  }

  private void receive(BiStream stream, StreamHeader header) throws IOException {
    var receipt = new Receipt(System.nanoTime());
    try (ScheduledExecutorService ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("dialkey-progress").factory())) {
      Future<?> ticks =
          ticker.scheduleAtFixedRate(
              () -> progress(receipt), PROGRESS_MILLIS, PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
      boolean done = false;
      try {
        Chunks.receive(stream.recv(), header, receipt, log);
        done = true;
      } finally {
        ticks.cancel(false);
        ticker.shutdownNow();
        progress(receipt);
        end(done ? "done" : "aborted", receipt);
      }
    }
  }

  private void progress(Receipt receipt) {
    Receipt.Window window = receipt.window(System.nanoTime());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("bytes", window.bytes());
    fields.put("chunks", window.chunks());
    fields.put("gap_ms", window.gapMillis());
    fields.put("idle_ms", window.idleMillis());
    fields.put("age_ms", window.ageMillis());
    log.emit("progress", fields);
  }

  private void end(String event, Receipt receipt) {
    log.emit(
        event,
        Map.of(
            "bytes", receipt.bytes(),
            "seconds", receipt.seconds(System.nanoTime()),
            "max_gap_ms", receipt.maxGapMillis()));
  }
}
