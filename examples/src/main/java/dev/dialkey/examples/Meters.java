package dev.dialkey.examples;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.micrometer.EndpointMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What an endpoint counts, as Micrometer meters. A real program has a registry of its monitoring
 * system, for example Prometheus, in place of the simple one.
 *
 * <pre>
 * examples/run Meters           both ends in this process, over loopback
 * examples/run Meters serve     prints a ticket, and its figures after each connection
 * examples/run Meters TICKET    sends 1 MiB to the server of the ticket
 * </pre>
 */
public final class Meters {
  private static final String ALPN = "dialkey-examples/sink/1";
  private static final int BYTES = 1024 * 1024;

  private Meters() {}

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
        send(endpoint, EndpointTicket.parse(args[0]));
      }
    }
  }

  private static void onLoopback() throws IOException {
    MeterRegistry registry = new SimpleMeterRegistry();
    try (var server = loopback().bind();
        var client = loopback().bind();
        // The tag "endpoint" tells the two apart. More tags are more readable for people.
        var serverMeters = new EndpointMeters(server, Tags.of("role", "server"));
        var clientMeters = new EndpointMeters(client, Tags.of("role", "client"));
        var router = Router.builder(server).accept(ALPN, Meters::receive).start()) {
      serverMeters.bindTo(registry);
      clientMeters.bindTo(registry);
      send(client, EndpointTicket.of(router.endpoint().addr()));
      show(registry);
    } // Closing the meters takes them out of the registry.
  }

  private static void serve() throws IOException {
    MeterRegistry registry = new SimpleMeterRegistry();
    try (var endpoint = Endpoint.builder(Presets.minimal()).bind();
        var meters = new EndpointMeters(endpoint);
        var router =
            Router.builder(endpoint)
                .accept(
                    ALPN,
                    connection -> {
                      receive(connection);
                      show(registry);
                    })
                .start()) {
      meters.bindTo(registry);
      Runtime.getRuntime().addShutdownHook(new Thread(router::close));
      System.out.println(EndpointTicket.of(endpoint.addr()));
      endpoint.closed().join();
    }
  }

  private static void receive(Connection connection) throws IOException {
    try (var stream = connection.acceptBi()) {
      stream.recv().inputStream().transferTo(OutputStream.nullOutputStream());
      stream.send().finish();
    }
    connection.closed().join();
  }

  private static void send(Endpoint endpoint, EndpointTicket ticket) throws IOException {
    try (var connection = endpoint.connect(ticket, ALPN);
        var stream = connection.openBi()) {
      stream.send().write(new byte[BYTES]);
      stream.send().finish();
      stream.recv().readAll(0); // The end of the answer: the server has read it all.
      System.out.println("sent " + BYTES + " bytes");
    }
  }

  /** Most figures are 0 in the life of a healthy endpoint: they count what went wrong. */
  private static void show(MeterRegistry registry) {
    registry.getMeters().stream()
        .filter(meter -> meter.measure().iterator().next().getValue() > 0)
        .sorted((one, other) -> one.getId().getName().compareTo(other.getId().getName()))
        .forEach(meter ->
            System.out.printf(
                "%s %s %.0f%n",
                meter.getId().getName(),
                meter.getId().getTags(),
                meter.measure().iterator().next().getValue()));
  }

  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
