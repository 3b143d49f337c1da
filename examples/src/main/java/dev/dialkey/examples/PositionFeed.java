package dev.dialkey.examples;

import dev.dialkey.Connection;
import dev.dialkey.Datagrams;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Positions of something that moves, fifty times a second, as datagrams: a lost one is not repeated
 * and holds up no later one, for by then nobody wants to know it any more.
 *
 * <pre>
 * examples/run PositionFeed           both ends in this process, over loopback
 * examples/run PositionFeed serve     prints a ticket and sends to whoever dials, until Ctrl-C
 * examples/run PositionFeed TICKET    follows the server of the ticket for two seconds
 * </pre>
 */
public final class PositionFeed {
  private static final String ALPN = "dialkey-examples/positions/1";
  private static final Duration INTERVAL = Duration.ofMillis(20);
  private static final Duration SILENCE = Duration.ofSeconds(5);
  private static final int POSITIONS = 100;

  private PositionFeed() {}

  /**
   * Where it was.
   *
   * @param number counts up, so that a receiver notices what is missing or late
   * @param x to the right
   * @param y up
   */
  private record Position(long number, double x, double y) {
    static final int BYTES = 24;

    ByteBuffer encode() {
      return ByteBuffer.allocate(BYTES).putLong(number).putDouble(x).putDouble(y).flip();
    }

    /** Empty for what is no position: what a peer sends need not be what it should. */
    static Optional<Position> decode(ByteBuffer message) {
      return message.remaining() == BYTES
          ? Optional.of(new Position(message.getLong(), message.getDouble(), message.getDouble()))
          : Optional.empty();
    }
  }

  /**
   * Runs the example.
   *
   * @param args see above
   * @throws IOException when the peer cannot be reached or goes away
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      try (var server = loopback().bind();
          var client = loopback().bind();
          var router = router(server)) {
        follow(client, EndpointTicket.of(router.endpoint().addr()));
      }
    } else if (args[0].equals("serve")) {
      serve();
    } else {
      try (var endpoint = Endpoint.builder(Presets.minimal()).bind()) {
        follow(endpoint, EndpointTicket.parse(args[0]));
      }
    }
  }

  private static void serve() throws IOException {
    try (var endpoint = Endpoint.builder(Presets.minimal()).bind();
        var router = router(endpoint)) {
      Runtime.getRuntime().addShutdownHook(new Thread(router::close));
      System.out.println(EndpointTicket.of(endpoint.addr()));
      endpoint.closed().join();
    }
  }

  private static Router router(Endpoint endpoint) {
    return Router.builder(endpoint).accept(ALPN, PositionFeed::send).start();
  }

  /** Goes on until the receiver closes the connection: then sending throws, which ends this. */
  private static void send(Connection connection) throws IOException, InterruptedException {
    Datagrams datagrams = connection.datagrams();
    for (long number = 0; ; number++) {
      double angle = number * 0.1;
      // Does not wait. When the network is slower than we are, the oldest one makes room.
      datagrams.send(new Position(number, Math.cos(angle), Math.sin(angle)).encode());
      Thread.sleep(INTERVAL);
    }
  }

  private static void follow(Endpoint endpoint, EndpointTicket ticket) throws IOException {
    try (var connection = endpoint.connect(ticket, ALPN)) {
      Datagrams datagrams = connection.datagrams();
      System.out.println("a datagram holds up to " + datagrams.maxSize().orElse(0) + " bytes");
      int received = 0;
      int late = 0;
      long newest = -1;
      while (received < POSITIONS) {
        Position position =
            datagrams
                .poll(SILENCE)
                .flatMap(Position::decode)
                .orElseThrow(() -> new IOException("this server sends no positions"));
        if (position.number <= newest) {
          late++; // Overtaken on its way. A newer one is on the screen already.
          continue;
        }
        newest = position.number;
        received++;
        if (received % 20 == 0) {
          System.out.printf(Locale.ROOT, "at %+.2f, %+.2f%n", position.x, position.y);
        }
      }
      long missing = newest + 1 - received - late;
      System.out.println(
          received + " positions received, " + late + " too late, " + missing + " missing");
    }
  }

  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
