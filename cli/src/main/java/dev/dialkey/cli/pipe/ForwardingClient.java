package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.cli.shell.Advice;
import dev.dialkey.cli.shell.Shell;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Gives each socket that a program of this machine opens a connection to the peer, with one stream.
 * Connections are not shared: some listeners serve one stream of each. The endpoint is the
 * caller's.
 */
final class ForwardingClient implements AutoCloseable {
  private final Shell shell;
  private final Endpoint endpoint;
  private final PipeProtocol protocol;
  private final EndpointAddr peer;
  private final Semaphore slots;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dialkey-serve-", 0).factory());

  ForwardingClient(
      Shell shell, Endpoint endpoint, PipeProtocol protocol, EndpointAddr peer, int limit) {
    this.shell = shell;
    this.endpoint = endpoint;
    this.protocol = protocol;
    this.peer = peer;
    this.slots = new Semaphore(limit);
  }

  /**
   * Serves until something fails; beyond the limit programs wait in the system's queue.
   *
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  void run(ServerSocketChannel listener) throws IOException {
    try {
      while (true) {
        slots.acquire();
        SocketChannel program = listener.accept();
        start(program);
      }
    } catch (InterruptedException | ClosedByInterruptException e) {
      throw Tasks.interrupted();
    }
  }

  /** Interrupts all forwarding and waits until it is over. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }

  private void start(SocketChannel program) throws IOException {
    try {
      threads.execute(() -> serve(program));
    } catch (RejectedExecutionException e) {
      program.close(); // This client was closed meanwhile.
    }
  }

  private void serve(SocketChannel program) {
    try (LocalEnd local = LocalEnd.ofSocket(program);
        Connection connection = endpoint.connect(peer, protocol.alpn());
        BiStream stream = protocol.open(connection)) {
      new Pump(stream, local).run();
    } catch (IOException e) {
      if (!threads.isShutdown()) {
        shell.tell("warning: a connection failed: " + Advice.on(e));
      }
    } finally {
      slots.release();
    }
  }
}
