package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Accepts connections and their streams, both up to a limit, and gives each stream to a handler on
 * a virtual thread of its own. Beyond the limit connections are refused and streams given up.
 * Thread-safe; the endpoint is the caller's.
 */
final class StreamServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.dialkey.cli");
  private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(15);

  /** Serves a stream and closes it. */
  interface Handler {
    void serve(BiStream stream) throws IOException;
  }

  private final Endpoint endpoint;
  private final Handler handler;
  private final Semaphore connections;
  private final Semaphore streams;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean full = new AtomicBoolean();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dialkey-serve-", 0).factory());

  StreamServer(Endpoint endpoint, int limit, Handler handler) {
    this.endpoint = endpoint;
    this.handler = handler;
    this.connections = new Semaphore(limit);
    this.streams = new Semaphore(limit);
  }

  /**
   * Serves until the endpoint is closed.
   *
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  void run() throws IOException {
    Optional<Incoming> next = endpoint.accept();
    while (next.isPresent()) {
      Incoming incoming = next.get();
      if (full.get() || !connections.tryAcquire()) {
        incoming.refuse();
        LOG.log(Level.DEBUG, "refused a connection beyond the limit");
      } else if (!start(() -> serve(incoming))) {
        incoming.refuse();
      }
      next = endpoint.accept();
    }
  }

  /** Refuses everybody from here on and closes all connections but one. */
  void keepOnly(Connection chosen) {
    full.set(true);
    open.stream().filter(connection -> connection != chosen).forEach(Connection::close);
  }

  /** Interrupts all handlers and waits until they are done. */
  @Override
  public void close() {
    threads.shutdownNow();
    open.forEach(Connection::close);
    threads.close();
  }

  private void serve(Incoming incoming) {
    try (Connection connection = incoming.accept().await(HANDSHAKE_LIMIT)) {
      open.add(connection);
      try {
        if (!full.get()) {
          acceptAll(connection);
        }
      } finally {
        open.remove(connection);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "a connection ended: " + e.getMessage());
    } finally {
      connections.release();
    }
  }

  private void acceptAll(Connection connection) throws IOException {
    while (true) {
      BiStream stream = connection.acceptBi();
      if (!streams.tryAcquire()) {
        stream.close();
        LOG.log(Level.DEBUG, "gave a stream beyond the limit up");
      } else if (!start(() -> serve(stream))) {
        stream.close();
      }
    }
  }

  private void serve(BiStream stream) {
    try {
      handler.serve(stream);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "stream " + stream.id() + " ended: " + e.getMessage());
    } finally {
      streams.release();
    }
  }

  private boolean start(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false; // Closed meanwhile.
    }
  }
}
