package dev.dialkey.testkit;

import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.addressing.EndpointAddr;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A server that sends back what it gets, and clients behind address translations that check it, as
 * scripts of a simulation. Everyone closes what is theirs at the end.
 */
final class SimulatedEcho {

  /** What is done with a client's connection once the first message is back. */
  interface UnderWay {
    void with(Connection connection) throws Exception;
  }

  /** Told how long an exchange took, of those that come after the first. */
  interface Watch {
    void exchanged(Duration from, Duration to);
  }

  private static final String ALPN = "test/echo";

  private final Simulation simulation;
  private final SimulatedHost server;
  private final CompletableFuture<EndpointAddr> serverAddr = new CompletableFuture<>();
  private final List<Connection> accepted = new ArrayList<>();
  private Watch watch = (from, to) -> {};
  private int clientsLeft;

  SimulatedEcho(Simulation simulation, SimulatedHost server) {
    this.simulation = simulation;
    this.server = server;
    simulation.start("server", this::serve);
  }

  /** Adds a client that has so many messages of up to so many bytes echoed. */
  void client(SimulatedHost host, int messages, int maxBytes) {
    client(host, messages, maxBytes, connection -> {});
  }

  /** The same, with something to be done once the first of them is back. */
  void client(SimulatedHost host, int messages, int maxBytes, UnderWay underWay) {
    clientsLeft++;
    simulation.start(host.toString(), () -> ask(host, messages, maxBytes, underWay));
  }

  void watch(Watch watcher) {
    watch = watcher;
  }

  /** Where the server is, once it is bound. */
  EndpointAddr serverAddr() {
    return serverAddr.join();
  }

  /** The server's connections, in the order in which they came. */
  List<Connection> accepted() {
    return accepted;
  }

  private void serve() throws Exception {
    try (Endpoint endpoint = server.builder().alpns(ALPN).bind()) {
      serverAddr.complete(endpoint.addr());
      simulation.start(
          "last",
          () -> {
            while (clientsLeft > 0) {
              simulation.sleep(Duration.ofMillis(100));
            }
            endpoint.close(Duration.ofSeconds(3));
          });
      Optional<Incoming> next = endpoint.accept();
      while (next.isPresent()) {
        Incoming incoming = next.get();
        simulation.start("connection", () -> serve(incoming));
        next = endpoint.accept();
      }
    }
  }

  private void serve(Incoming incoming) throws Exception {
    Connection connection;
    try {
      connection = incoming.accept().await();
    } catch (IOException e) {
      simulation.note("no connection: " + e);
      return;
    }
    accepted.add(connection);
    for (BiStream stream : connection.biStreams()) {
      simulation.start("echo", () -> echo(stream));
    }
    connection.close();
    checkEnd(simulation.await(connection.closed()));
  }

  /** The client closes, or its word gets lost and the server does. */
  private static void checkEnd(CloseReason reason) {
    if (reason instanceof CloseReason.TransportClosed || reason instanceof CloseReason.Reset) {
      throw new AssertionError("the server's connection ended with " + reason);
    }
  }

  private void echo(BiStream stream) throws IOException {
    try (stream) {
      byte[] piece = new byte[8_192];
      var buffer = java.nio.ByteBuffer.wrap(piece);
      int n = stream.recv().read(buffer);
      while (n >= 0) {
        stream.send().write(buffer.flip());
        n = stream.recv().read(buffer.clear());
      }
      stream.send().finish();
    } catch (ConnectionClosedException e) {
      simulation.note("closed before its echo was out: " + e.getMessage());
    }
  }

  private void ask(SimulatedHost host, int messages, int maxBytes, UnderWay underWay)
      throws Exception {
    try (Endpoint endpoint = host.builder().bind();
        Connection connection = connect(endpoint)) {
      for (int i = 0; i < messages; i++) {
        byte[] message = new byte[simulation.random().nextInt(1, maxBytes + 1)];
        simulation.random().nextBytes(message);
        Duration start = simulation.now();
        exchange(connection, message);
        if (i == 0) {
          underWay.with(connection);
        } else {
          watch.exchanged(start, simulation.now());
        }
        simulation.sleep(Duration.ofMillis(simulation.random().nextInt(500)));
      }
    } finally {
      clientsLeft--;
    }
  }

  private Connection connect(Endpoint endpoint) throws Exception {
    EndpointAddr addr = simulation.await(serverAddr);
    return endpoint.connect(addr, ALPN);
  }

  private void exchange(Connection connection, byte[] message) throws Exception {
    try (BiStream stream = connection.openBi()) {
      var written = new CompletableFuture<Boolean>();
      simulation.start(
          "writer",
          () -> {
            stream.send().write(message);
            stream.send().finish();
            written.complete(true);
          });
      byte[] answer = stream.recv().readAll(message.length);
      if (!Arrays.equals(answer, message)) {
        throw new AssertionError("another echo came back");
      }
      simulation.await(written);
    }
  }
}
