package dev.dialkey.cli.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.cli.ChildProcess;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two terminals: who types in one reads it in the other. */
final class PipeProcessTest {
  private static final String TICKET = "connect (endpoint\\w+)\\s";

  @Test
  void largeDataGoesBothWaysAndNothingElseComesOut() throws Exception {
    byte[] there = random(1, 5_000_000);
    byte[] back = random(2, 5_000_000);
    try (ChildProcess listener = start("listen");
        ChildProcess connector = start("connect", ticketOf(listener))) {
      write(connector, there);
      write(listener, back);
      var got = PipeTests.meanwhile(() -> read(connector));
      assertThat(read(listener)).isEqualTo(there);
      assertThat(got.get()).isEqualTo(back);
      assertThat(listener.awaitExit()).isZero();
      assertThat(connector.awaitExit()).isZero();
    }
  }

  @Test
  void theTicketIsTheLastThingPrinted() throws Exception {
    try (ChildProcess listener = start("listen", "--recv-only")) {
      String ticket = ticketOf(listener);
      assertThat(listener.watchedErr().toString().strip()).endsWith(ticket);
      assertThat(listener.watchedErr().toString())
          .contains("using secret key ")
          .contains("Listening. To connect, use:\n");
      assertThat(EndpointTicket.parse(ticket).addr().ipAddrs()).isNotEmpty();
    }
  }

  @Test
  void recvOnlyNeedsNoInput() throws Exception {
    try (ChildProcess listener = start("listen");
        ChildProcess connector = start("connect", "--recv-only", ticketOf(listener))) {
      write(listener, new byte[] {1, 2, 3});
      assertThat(read(connector)).containsExactly(1, 2, 3);
      assertThat(read(listener)).isEmpty();
      assertThat(listener.awaitExit()).isZero();
      assertThat(connector.awaitExit()).isZero();
    }
  }

  @Test
  void whoListensMaySpeakFirst() throws Exception {
    try (ChildProcess listener = start("listen");
        ChildProcess connector = start("connect", ticketOf(listener))) {
      listener.in().write("first".getBytes(StandardCharsets.US_ASCII));
      listener.in().flush();
      assertThat(new String(connector.out().readNBytes(5), StandardCharsets.US_ASCII))
          .isEqualTo("first");
    }
  }

  @Test
  void customProtocolCarriesNothingButTheData() throws Exception {
    try (ChildProcess listener = start("listen", "--custom-alpn", "utf8:my/1");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(EndpointTicket.parse(ticketOf(listener)), "my/1");
        var stream = connection.openBi()) {
      stream.send().write(new byte[] {5, 6});
      stream.send().finish();
      assertThat(read(listener)).containsExactly(5, 6);
      write(listener, new byte[] {7});
      assertThat(stream.recv().readAll(10)).containsExactly(7);
      assertThat(listener.awaitExit()).isZero();
    }
  }

  @Test
  void otherGreetingEndsTheListenerWithOne() throws Exception {
    try (ChildProcess listener = start("listen");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection =
            endpoint.connect(EndpointTicket.parse(ticketOf(listener)), "DUMBPIPEV0");
        var stream = connection.openBi()) {
      stream.send().write("howdy".getBytes(StandardCharsets.US_ASCII));
      assertThat(listener.awaitExit()).isEqualTo(1);
      assertThat(listener.err()).contains("error: the other side does not greet");
      assertThat(listener.restOfOutput()).isEmpty();
    }
  }

  @Test
  void silentConnectionKeepsNobodyElseOut() throws Exception {
    try (ChildProcess listener = start("listen");
        Endpoint endpoint = Loopback.builder().bind();
        Connection silent =
            endpoint.connect(EndpointTicket.parse(ticketOf(listener)), "DUMBPIPEV0");
        ChildProcess connector = start("connect", ticketOf(listener))) {
      write(connector, new byte[] {1});
      write(listener, new byte[] {2});
      assertThat(read(listener)).containsExactly(1);
      assertThat(read(connector)).containsExactly(2);
      assertThat(listener.awaitExit()).isZero();
      assertThat(connector.awaitExit()).isZero();
      silent.closed().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void terminationIsTold() throws Exception {
    try (ChildProcess listener = start("listen");
        ChildProcess connector = start("connect", ticketOf(listener))) {
      connector.in().write(1);
      connector.in().flush();
      assertThat(listener.out().read()).isEqualTo(1);
      connector.terminate();
      assertThat(connector.awaitExit()).isEqualTo(1);
      assertThat(listener.awaitExit()).isEqualTo(1);
      assertThat(listener.err()).contains("error: ");
    }
  }

  private static ChildProcess start(String command, String... args) throws IOException {
    var all = new String[args.length + 1];
    all[0] = command;
    System.arraycopy(args, 0, all, 1, args.length);
    return ChildProcess.start(PipeTests.onLoopback(all));
  }

  private static String ticketOf(ChildProcess listener) throws InterruptedException {
    return listener.watchedErr().await(TICKET);
  }

  private static void write(ChildProcess process, byte[] bytes) {
    // What was not written, the other side does not read, so nobody asks for the result.
    var _ =
        PipeTests.meanwhile(() -> {
          try (OutputStream in = process.in()) {
            in.write(bytes);
          }
          return bytes.length;
        });
  }

  private static byte[] read(ChildProcess process) throws IOException {
    return process.out().readAllBytes();
  }

  private static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
