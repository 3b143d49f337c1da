package dev.dialkey.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Says something to a server, which says the same: the smallest whole program. Begin here.
 *
 * <pre>
 * examples/run Echo           both ends in this process, over loopback
 * examples/run Echo serve     prints a ticket and serves until Ctrl-C
 * examples/run Echo TICKET    dials the server of the ticket
 * </pre>
 */
public final class Echo {
  /** Names the protocol, with a version: both sides have to agree on it before anything else. */
  private static final String ALPN = "dialkey-examples/echo/1";

  private static final int MAX_ANSWER_BYTES = 1_000;

  private Echo() {}

  /**
   * Runs the example.
   *
   * @param args see above
   * @throws IOException when the peer cannot be reached or goes away
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      onLoopback();
    } else if (args[0].equals("serve")) {
      serve();
    } else {
      try (var endpoint = Endpoint.builder(Presets.minimal()).bind()) {
        say("Hello, world!", endpoint, EndpointTicket.parse(args[0]));
      }
    }
  }

  /** An endpoint is a key pair with its sockets. Here are two of them, as if on two machines. */
  private static void onLoopback() throws IOException {
    try (var server = loopback().bind();
        var client = loopback().bind();
        var router = router(server)) {
      System.out.println("serving as " + router.endpoint().id());
      // A ticket says whom to dial, the id, and where it may be found, its addresses.
      say("Hello, loopback!", client, EndpointTicket.of(server.addr()));
    }
  }

  private static void serve() throws IOException {
    try (var endpoint = Endpoint.builder(Presets.minimal()).bind();
        var router = router(endpoint)) {
      // Ctrl-C ends the JVM without leaving this block, so a hook tells the peers.
      Runtime.getRuntime().addShutdownHook(new Thread(router::close));
      System.out.println(EndpointTicket.of(endpoint.addr()));
      endpoint.closed().join();
    }
  }

  /** The router accepts connections and gives each a virtual thread in the protocol's handler. */
  private static Router router(Endpoint endpoint) {
    return Router.builder(endpoint).accept(ALPN, Echo::answer).start();
  }

  private static void answer(Connection connection) throws IOException {
    // Ends when the client closes the connection. When a handler returns, the router closes too.
    for (BiStream stream : connection.biStreams()) {
      try (stream) {
        stream.recv().inputStream().transferTo(stream.send().outputStream());
        // Only this says that it was all. A stream closed without it counts as broken off.
        stream.send().finish();
      }
    }
  }

  private static void say(String text, Endpoint endpoint, EndpointTicket ticket)
      throws IOException {
    // Whoever answers has proved that it holds the key that the ticket names.
    try (var connection = endpoint.connect(ticket, ALPN);
        var stream = connection.openBi()) {
      System.out.println("connected to " + connection.remoteId());
      stream.send().write(text.getBytes(UTF_8));
      stream.send().finish();
      System.out.println("sent: " + text);
      // What comes from others always has a limit.
      byte[] answer = stream.recv().readAll(MAX_ANSWER_BYTES);
      System.out.println("received: " + new String(answer, UTF_8));
    }
  }

  /** No socket but this one: nothing leaves the machine. */
  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
