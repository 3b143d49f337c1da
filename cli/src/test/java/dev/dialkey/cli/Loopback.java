package dev.dialkey.cli;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.ProtocolHandler;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Endpoints that this machine alone can reach. */
final class Loopback {
  static final String BIND = "127.0.0.1:0";

  private Loopback() {}

  static EndpointBuilder builder() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
  }

  /** A peer that speaks the echo protocol its own way. */
  static Router peer(ProtocolHandler handler) throws IOException {
    return Router.builder(builder().bind()).accept(EchoProtocol.ALPN, handler).start();
  }

  static String ticketOf(Router router) {
    return EndpointTicket.of(router.endpoint().addr()).toString();
  }
}
