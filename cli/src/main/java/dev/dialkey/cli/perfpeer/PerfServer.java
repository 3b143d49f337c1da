package dev.dialkey.cli.perfpeer;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Datagrams;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Accepts connections and their streams and gives each to a thread of its own. Closing it closes
 * the endpoint.
 */
final class PerfServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.dialkey.cli");
  private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(15);
  private static final int DATAGRAMS_AT_ONCE = 64;

  /** No datagram is longer than the UDP payload that the library accepts. */
  private static final int MAX_DATAGRAM_BYTES = 1_472;

  private final Endpoint endpoint;
  private final ExecutorService threads;
  private final BulkBuffers buffers;
  private final Semaphore connections = new Semaphore(Order.MAX_IDLE);

  PerfServer(Endpoint endpoint, ExecutorService threads, Memory memory) {
    this.endpoint = endpoint;
    this.threads = threads;
    this.buffers = new BulkBuffers(memory);
  }

  /** Begins to accept, until this is closed. */
  void start() {
    threads.execute(logged(this::acceptConnections));
  }

  @Override
  public void close() {
    endpoint.close();
    threads.close();
  }

  private void acceptConnections() throws IOException {
    Optional<Incoming> next = endpoint.accept();
    while (next.isPresent()) {
      Incoming incoming = next.get();
      if (!connections.tryAcquire()) {
        incoming.refuse();
      } else if (!tryStart(() -> serve(incoming))) {
        connections.release();
        incoming.refuse();
      }
      next = endpoint.accept();
    }
  }

  private void serve(Incoming incoming) throws IOException {
    try (Connection connection = incoming.accept().await(HANDSHAKE_LIMIT)) {
      var answers = new Answers(connection, buffers);
      boolean open = tryStart(() -> drain(connection.datagrams()));
      while (open) {
        BiStream stream = connection.acceptBi();
        open = tryStart(() -> answers.answer(stream));
      }
    } finally {
      connections.release();
    }
  }

  /** Takes datagrams until the connection is over; the engine counts them. */
  private static void drain(Datagrams datagrams) throws IOException {
    datagrams.read(); // Most connections never see one: the buffers are for those that do.
    ByteBuffer[] batch =
        Stream.generate(() -> ByteBuffer.allocate(MAX_DATAGRAM_BYTES))
            .limit(DATAGRAMS_AT_ONCE)
            .toArray(ByteBuffer[]::new);
    while (true) {
      datagrams.readMany(batch);
      Arrays.stream(batch).forEach(ByteBuffer::clear);
    }
  }

  /** What a thread does until its connection or stream is over. */
  private interface Task {
    void run() throws IOException;
  }

  private boolean tryStart(Task task) {
    try {
      threads.execute(logged(task));
      return true;
    } catch (RejectedExecutionException e) {
      return false; // Closed meanwhile, and the connection with it.
    }
  }

  private static Runnable logged(Task task) {
    return () -> {
      try {
        task.run();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, () -> "a connection or stream ended: " + e.getMessage());
      }
    };
  }
}
