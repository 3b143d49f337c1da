package dev.dialkey.testkit;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionMetrics;
import dev.dialkey.Endpoint;
import dev.dialkey.Router;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** An acceptor that sends every bidirectional stream back, and a client's side of that. */
final class EchoServer implements AutoCloseable {
  static final String ALPN = "test/echo";

  private final Router router;

  EchoServer(Endpoint endpoint) {
    this(Router.builder(endpoint));
  }

  EchoServer(Router.Builder builder) {
    router = builder.accept(ALPN, EchoServer::serve).start();
  }

  Endpoint endpoint() {
    return router.endpoint();
  }

  ConnectionMetrics metrics() {
    return router.endpoint().metrics().connections();
  }

  /** Sends bytes and fails unless the same come back. */
  static void check(Connection connection, int length, int salt) throws IOException {
    byte[] bytes = Pattern.bytes(length, salt);
    try (BiStream stream = connection.openBi(Loopback.PATIENCE)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  stream.send().write(bytes);
                  stream.send().finish();
                } catch (IOException e) {
                  stream.recv().stop(0); // The reader sees that something is wrong.
                }
              });
      byte[] answer = stream.recv().readAll(length);
      if (!Arrays.equals(answer, bytes)) {
        throw new AssertionError("another echo of " + length + " bytes came back");
      }
      writer.join();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a test", e);
    }
  }

  private static void serve(Connection connection) {
    for (BiStream stream : connection.biStreams()) {
      Thread.ofVirtual().name("test-echo").start(() -> echo(stream));
    }
  }

  private static void echo(BiStream stream) {
    try (stream) {
      stream.recv().inputStream().transferTo(stream.send().outputStream());
      stream.send().finish();
      stream.send().awaitAcked(Loopback.PATIENCE); // Closing it earlier would do no harm, either.
    } catch (IOException e) {
      // The client has gone or given the stream up, as many tests have it.
    }
  }

  @Override
  public void close() {
    router.close(Duration.ofSeconds(3));
  }
}
