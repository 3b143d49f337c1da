package dev.dialkey.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.ProtocolHandler;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointTicket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Thousands of requests at once over many connections, each on a virtual thread that simply waits;
 * with a bound on them, and an end that lets those under way finish.
 *
 * <pre>
 * examples/run BusyServer           both ends in this process, over loopback
 * examples/run BusyServer serve     prints a ticket and serves until Ctrl-C
 * examples/run BusyServer TICKET    sends 5,000 requests to the server of the ticket
 * </pre>
 */
public final class BusyServer {
  private static final String ALPN = "dialkey-examples/busy/1";

  /** What streams are reset with when the server can take no more, or is about to end. */
  private static final long TRY_LATER = 503;

  private static final int CONNECTIONS = 50;
  private static final int STREAMS = 100; // Per connection; what an endpoint allows by default.
  private static final int MAX_REQUESTS = 10_000;
  private static final int MAX_CONNECTIONS = 1_000;
  private static final int MAX_TEXT_BYTES = 100;
  private static final byte[] ACCEPTED = {1};
  private static final Duration WORK = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private BusyServer() {}

  /** The server's side. */
  private static final class Service implements ProtocolHandler {
    private final Semaphore slots = new Semaphore(MAX_REQUESTS);
    private volatile boolean closing; // Requests that come while the slots run empty see it.

    /** Called on a virtual thread of this connection's own. */
    @Override
    public void accept(Connection connection) {
      for (BiStream stream : connection.biStreams()) {
        Thread.ofVirtual().name("request").start(() -> answer(stream));
      }
    }

    private void answer(BiStream stream) {
      try (stream) {
        if (closing || !slots.tryAcquire()) {
          stream.send().reset(TRY_LATER);
          return;
        }
        try {
          work(stream);
        } finally {
          slots.release();
        }
      } catch (ConnectionClosedException e) {
        // The client has what it wanted and has closed, or it is gone: nobody waits for us.
        return;
      } catch (IOException | InterruptedException e) {
        System.err.println("request " + stream.id() + ": " + e.getMessage());
      }
    }

    private void work(BiStream stream) throws IOException, InterruptedException {
      stream.send().write(ACCEPTED);
      String request = new String(stream.recv().readAll(MAX_TEXT_BYTES), UTF_8);
      // In place of a database or another server. It occupies no thread of the system.
      Thread.sleep(WORK);
      stream.send().write((request + " is done").getBytes(UTF_8));
      stream.send().finish();
      // To close a connection loses what is under way, so a request is over when its answer is
      // there.
      stream.send().awaitAcked(PATIENCE);
    }

    /** Called when the router closes, which goes on when this returns. New connections are off. */
    @Override
    public void shutdown() {
      closing = true;
      System.out.println(MAX_REQUESTS - slots.availablePermits() + " requests are under way");
      try {
        boolean all = slots.tryAcquire(MAX_REQUESTS, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        System.out.println(all ? "all of them were answered" : "some took too long");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

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
      onLoopback();
    } else if (args[0].equals("serve")) {
      serve();
    } else {
      try (var endpoint = Endpoint.builder(Presets.minimal()).bind()) {
        sendAll(endpoint, EndpointTicket.parse(args[0]), new CountDownLatch(0));
      }
    }
  }

  private static void onLoopback() throws IOException, InterruptedException, ExecutionException {
    try (var server = loopback().bind();
        var client = loopback().bind();
        var router = router(server);
        var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      var ticket = EndpointTicket.of(server.addr());
      sendAll(client, ticket, new CountDownLatch(0));

      // Once more, and close the server while it works on all of them.
      var accepted = new CountDownLatch(CONNECTIONS * STREAMS);
      Future<?> sending =
          tasks.submit(() -> {
            sendAll(client, ticket, accepted);
            return true;
          });
      accepted.await();
      router.close();
      sending.get();
    }
  }

  private static void serve() throws IOException {
    try (var endpoint = Endpoint.builder(Presets.minimal()).bind();
        var router = router(endpoint)) {
      // Ctrl-C and a service manager's SIGTERM wait for hooks, and so for the requests.
      Runtime.getRuntime().addShutdownHook(new Thread(router::close));
      System.out.println(EndpointTicket.of(endpoint.addr()));
      endpoint.closed().join();
    }
  }

  private static Router router(Endpoint endpoint) {
    return Router.builder(endpoint)
        .accept(ALPN, new Service())
        .maxConnections(MAX_CONNECTIONS)
        .start();
  }

  // ---- the client ----

  private static void sendAll(Endpoint endpoint, EndpointTicket ticket, CountDownLatch accepted)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    int answered = 0;
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        counts.add(tasks.submit(() -> sendMany(endpoint, ticket, accepted)));
      }
      for (Future<Integer> count : counts) {
        answered += count.get();
      }
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    System.out.printf(
        "%d requests of %d ms each were answered in %d ms%n", answered, WORK.toMillis(), millis);
  }

  /** All requests of one connection; tells how many were answered. */
  private static int sendMany(Endpoint endpoint, EndpointTicket ticket, CountDownLatch accepted)
      throws IOException, InterruptedException, ExecutionException {
    try (var connection = endpoint.connect(ticket, ALPN);
        var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        String request = "request " + i;
        answers.add(tasks.submit(() -> send(connection, request, accepted)));
      }
      int answered = 0;
      for (int i = 0; i < STREAMS; i++) {
        if (answers.get(i).get().equals("request " + i + " is done")) {
          answered++;
        }
      }
      return answered;
    }
  }

  private static String send(Connection connection, String request, CountDownLatch accepted)
      throws IOException {
    try (var stream = connection.openBi()) {
      stream.send().write(request.getBytes(UTF_8));
      stream.send().finish();
      stream.recv().readFully(new byte[ACCEPTED.length]);
      accepted.countDown();
      return new String(stream.recv().readAll(MAX_TEXT_BYTES), UTF_8);
    }
  }

  private static EndpointBuilder loopback() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
