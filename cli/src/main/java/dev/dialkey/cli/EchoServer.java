package dev.dialkey.cli;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.time.Duration;

/** An endpoint that echoes. Thread-safe; the caller closes it. */
final class EchoServer implements AutoCloseable {
  /** Given once to peers that do not answer and once to handlers: an end takes 3 s at most. */
  private static final Duration CLOSE_LIMIT = Duration.ofMillis(1_400);

  private final Router router;

  private EchoServer(Router router) {
    this.router = router;
  }

  static EchoServer start(EndpointBuilder builder) throws IOException {
    Endpoint endpoint = builder.bind();
    boolean started = false;
    try {
      Router router = Router.builder(endpoint).accept(EchoProtocol.ALPN, new EchoHandler()).start();
      started = true;
      return new EchoServer(router);
    } finally {
      if (!started) {
        endpoint.close();
      }
    }
  }

  EndpointTicket ticket() {
    return EndpointTicket.of(router.endpoint().addr());
  }

  /** Waits until it is closed. */
  void awaitClosed() {
    router.endpoint().closed().join();
  }

  @Override
  public void close() {
    router.close(CLOSE_LIMIT);
  }
}
