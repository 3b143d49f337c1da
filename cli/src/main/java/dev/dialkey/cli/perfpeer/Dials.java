package dev.dialkey.cli.perfpeer;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.addressing.EndpointAddr;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes connections to the server. The endpoint's end closes those kept. */
final class Dials {
  /** Without one, a server that is gone would be waited for as long as an idle one. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Endpoint endpoint;
  private final EndpointAddr peer;

  /** A connection that nobody refers to is closed. Used by one order after the other. */
  private final List<Connection> kept = new ArrayList<>();

  Dials(Endpoint endpoint, EndpointAddr peer) {
    this.endpoint = endpoint;
    this.peer = peer;
  }

  /** Makes a connection, which the caller closes. */
  Connection dial() throws IOException {
    return endpoint.connect(peer, PerfProtocol.ALPN, LIMIT);
  }

  /** Makes a connection and closes it. */
  void handshake() throws IOException {
    dial().close();
  }

  /** Makes connections and keeps them. */
  void keep(int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      kept.add(dial());
    }
  }
}
