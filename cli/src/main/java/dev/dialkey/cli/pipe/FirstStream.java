package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.Endpoint;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for the first stream that anybody opens. Who connects and then is silent, or fails in the
 * handshake, keeps nobody else from it. Awaited by one thread, which closes it.
 */
final class FirstStream implements AutoCloseable {
  /** How many may have connected without having opened a stream. */
  private static final int MAX_CANDIDATES = 64;

  private final CompletableFuture<BiStream> first = new CompletableFuture<>();
  private final StreamServer server;
  private final Thread acceptor;

  private FirstStream(Endpoint endpoint) {
    server = new StreamServer(endpoint, MAX_CANDIDATES, this::offer);
    acceptor = Thread.ofVirtual().name("dialkey-accept").unstarted(this::accept);
  }

  /** Begins to accept; the endpoint is the caller's. */
  static FirstStream of(Endpoint endpoint) {
    var first = new FirstStream(endpoint);
    first.acceptor.start();
    return first;
  }

  /**
   * The stream; nobody else is served from here on. Its connection lives until this is closed.
   *
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  BiStream await() throws IOException {
    BiStream stream = Tasks.result(first);
    server.keepOnly(stream.send().connection());
    return stream;
  }

  @Override
  public void close() {
    acceptor.interrupt();
    server.close();
  }

  private void offer(BiStream stream) {
    if (!first.complete(stream)) {
      stream.close();
    }
  }

  private void accept() {
    try {
      server.run();
      first.completeExceptionally(new IOException("the endpoint was closed"));
    } catch (IOException e) {
      first.completeExceptionally(e);
    }
  }
}
