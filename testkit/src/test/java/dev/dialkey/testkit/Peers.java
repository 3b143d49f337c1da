package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.SecretKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The steps that lead to a connection, one by one. Stateless. */
final class Peers {
  static final Alpn ALPN = Alpn.of("test/1");

  private Peers() {}

  static Endpoint acceptor() throws IOException {
    return Loopback.builder().alpns(ALPN).bind();
  }

  static Endpoint dialler() throws IOException {
    return Loopback.builder().bind();
  }

  static Connecting dial(Endpoint dialler, Endpoint acceptor) throws IOException {
    return dialler.dial(acceptor.addr(), ALPN, ConnectOptions.defaults());
  }

  static Incoming next(Endpoint acceptor) throws IOException {
    return acceptor.accept(Loopback.PATIENCE).orElseThrow();
  }

  /** Accepts the next one on another thread, handshake included. */
  static Tasks.Task<Connection> accept(Endpoint acceptor) {
    return Tasks.start(() -> next(acceptor).accept().await(Loopback.PATIENCE));
  }

  /** Both connections work in both directions. */
  static void exchange(Connection client, Connection server) throws Exception {
    send(client, server, 1);
    send(server, client, 2);
  }

  private static void send(Connection from, Connection to, int salt) throws Exception {
    byte[] message = Pattern.bytes(3_000, salt);
    try (var send = from.openUni(Loopback.PATIENCE)) {
      send.write(message);
      send.finish();
      assertThat(to.acceptUni(Loopback.PATIENCE).readAll(message.length)).isEqualTo(message);
    }
  }

  static CloseReason reasonOf(Connection connection) throws Exception {
    return connection.closed().get(20, TimeUnit.SECONDS);
  }

  static EndpointId someId() {
    try (SecretKey key = SecretKey.generate()) {
      return key.endpointId();
    }
  }

  static InetSocketAddress address(String ip) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(ip), 0);
  }
}
