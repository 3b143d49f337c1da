package dev.dialkey.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import dev.dialkey.StreamResetException;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many requests over one connection, each with a stream of its own: a server that finds the
 * smallest factor of a number. A stream costs no round trip and does not wait for the others.
 *
 * <pre>
 * examples/run RequestResponse           both ends in this process, over loopback
 * examples/run RequestResponse serve     prints a ticket and serves until Ctrl-C
 * examples/run RequestResponse TICKET    asks the server of the ticket
 * </pre>
 */
public final class RequestResponse {
  private static final String ALPN = "dialkey-examples/smallest-factor/1";

  /** What the server resets a stream with when it does not understand. Codes are the protocol's. */
  private static final long BAD_REQUEST = 1;

  private static final int MAX_TEXT_BYTES = 20;
  private static final int REQUESTS = 1_000;

  private RequestResponse() {}

  /**
   * Runs the example.
   *
   * @param args see above
   * @throws IOException when the peer cannot be reached or goes away
   * @throws InterruptedException when interrupted
   * @throws ExecutionException when a request fails
   */
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    if (args.length == 0) {
      try (var server = loopback().bind();
          var client = loopback().bind();
          var router = router(server)) {
        askAll(client, EndpointTicket.of(router.endpoint().addr()));
      }
    } else if (args[0].equals("serve")) {
      serve();
    } else {
      try (var endpoint = Endpoint.builder(Presets.minimal()).bind()) {
        askAll(endpoint, EndpointTicket.parse(args[0]));
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
    return Router.builder(endpoint).accept(ALPN, RequestResponse::answerAll).start();
  }

  // ---- the server ----

  private static void answerAll(Connection connection) {
    // A thread per request: virtual threads are cheap, and the endpoint allows a client 100 streams
    // at once by default, so that nobody can start any number of them.
    for (BiStream stream : connection.biStreams()) {
      Thread.ofVirtual().name("request").start(() -> answer(stream));
    }
  }

  private static void answer(BiStream stream) {
    try (stream) {
      String question = new String(stream.recv().readAll(MAX_TEXT_BYTES), UTF_8);
      if (!question.matches("[1-9][0-9]{0,9}")) {
        // Here and not in a catch block of this try, which runs after the stream was closed.
        stream.send().reset(BAD_REQUEST);
        return;
      }
      String factor = Long.toString(smallestFactor(Long.parseLong(question)));
      stream.send().write(factor.getBytes(UTF_8));
      stream.send().finish();
    } catch (IOException e) {
      // The client has given up this request or gone away: nobody waits for an answer.
      System.err.println("request " + stream.id() + ": " + e.getMessage());
    }
  }

  private static long smallestFactor(long number) {
    for (long factor = 2; factor * factor <= number; factor++) {
      if (number % factor == 0) {
        return factor;
      }
    }
    return number;
  }

  // ---- the client ----

  private static void askAll(Endpoint endpoint, EndpointTicket ticket)
      throws IOException, InterruptedException, ExecutionException {
    try (var connection = endpoint.connect(ticket, ALPN);
        var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      List<Future<String>> answers = new ArrayList<>();
      for (int number = 1; number <= REQUESTS; number++) {
        String question = Integer.toString(number);
        answers.add(tasks.submit(() -> ask(connection, question)));
      }
      int primes = 0;
      for (int number = 2; number <= REQUESTS; number++) {
        if (answers.get(number - 1).get().equals(Integer.toString(number))) {
          primes++;
        }
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      System.out.println(REQUESTS + " answers over one connection in " + millis + " ms");
      System.out.println(primes + " of the numbers are prime");
      askNonsense(connection);
    }
  }

  private static String ask(Connection connection, String question) throws IOException {
    // Waits while the server allows no further stream, so this needs no bound of its own.
    try (var stream = connection.openBi()) {
      stream.send().write(question.getBytes(UTF_8));
      stream.send().finish();
      return new String(stream.recv().readAll(MAX_TEXT_BYTES), UTF_8);
    }
  }

  private static void askNonsense(Connection connection) throws IOException {
    try {
      System.out.println("the server takes anything: " + ask(connection, "hello"));
    } catch (StreamResetException e) {
      System.out.println("\"hello\" is refused with code " + e.code());
    }
    // That has ended one stream and not the connection.
    System.out.println("the smallest factor of 91 is " + ask(connection, "91"));
  }

  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
