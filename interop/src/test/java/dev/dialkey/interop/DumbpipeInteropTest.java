package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code dialkey} on one side of a pipe, the real {@code dumbpipe} on the other. A dumbpipe that
 * listens, and its {@code connect-tcp}, wait five seconds for a relay first.
 */
@Tag("interop")
@Timeout(180)
class DumbpipeInteropTest {

  @Test
  void dataGoesBothWaysWhenDumbpipeConnects() throws Exception {
    try (PipeTool listener = PipeTool.dialkey("listen");
        PipeTool connector = PipeTool.dumbpipe("connect", listener.ticket())) {
      expectFirstWordsOf(listener, connector);
      exchange(listener, connector);
    }
  }

  @Test
  void dataGoesBothWaysWhenDumbpipeListens() throws Exception {
    try (PipeTool listener = PipeTool.dumbpipe("listen");
        PipeTool connector = PipeTool.dialkey("connect", listener.ticket())) {
      expectFirstWordsOf(listener, connector);
      exchange(listener, connector);
    }
  }

  @Test
  void recvOnlySideOnlyReceives() throws Exception {
    byte[] data = random(3, 100_000);
    try (PipeTool listener = PipeTool.dialkey("listen", "--recv-only");
        PipeTool connector = PipeTool.dumbpipe("connect", listener.ticket())) {
      connector.feed(data);
      assertThat(listener.out().readAllBytes()).isEqualTo(data);
      expectGoodEnd(listener, connector);
    }
    try (PipeTool listener = PipeTool.dialkey("listen");
        PipeTool connector = PipeTool.dumbpipe("connect", "--recv-only", listener.ticket())) {
      listener.feed(data);
      assertThat(connector.out().readAllBytes()).isEqualTo(data);
      expectGoodEnd(listener, connector);
    }
  }

  @Test
  void customAlpnHasNoGreeting() throws Exception {
    String[] custom = {"--custom-alpn", "utf8:my/7"};
    try (PipeTool listener = PipeTool.dialkey("listen", custom);
        PipeTool connector =
            PipeTool.dumbpipe("connect", custom[0], custom[1], listener.ticket())) {
      exchange(listener, connector);
    }
  }

  @Test
  void tcpConnectionsOfDumbpipeReachOurTarget() throws Exception {
    int port = freePort();
    try (var echo = EchoTarget.start();
        PipeTool listener = PipeTool.dialkey("listen-tcp", "--host", echo.hostAndPort());
        PipeTool connector =
            PipeTool.dumbpipe("connect-tcp", "--addr", "127.0.0.1:" + port, listener.ticket())) {
      connector.awaitErr("(home relay)"); // The last thing before it takes connections.
      EchoTarget.expectFrom(port);
      expectGoodEndOfServers(listener, connector);
    }
  }

  @Test
  void ourTcpConnectionsReachTheTargetOfDumbpipe() throws Exception {
    try (var echo = EchoTarget.start();
        PipeTool listener = PipeTool.dumbpipe("listen-tcp", "--host", echo.hostAndPort());
        PipeTool connector =
            PipeTool.dialkey("connect-tcp", "--addr", "127.0.0.1:0", listener.ticket())) {
      int port = Integer.parseInt(connector.awaitErr("Listening on .*:(\\d+)\\."));
      EchoTarget.expectFrom(port);
      expectGoodEndOfServers(listener, connector);
    }
  }

  @Test
  void manyStreamsOnOneConnectionOfDumbpipeReachOurTarget(@TempDir Path folder) throws Exception {
    // The one command of dumbpipe that opens a stream for each client on the same connection.
    Path socket = folder.resolve("socket");
    try (var echo = EchoTarget.start();
        PipeTool listener = PipeTool.dialkey("listen-tcp", "--host", echo.hostAndPort());
        PipeTool _ =
            PipeTool.dumbpipe(
                "connect-unix", "--socket-path", socket.toString(), listener.ticket())) {
      EchoTarget.expectFrom(UnixDomainSocketAddress.of(socket));
    }
  }

  @Test
  void interruptIsToldToDumbpipe() throws Exception {
    try (PipeTool listener = PipeTool.dialkey("listen");
        PipeTool connector = PipeTool.dumbpipe("connect", listener.ticket())) {
      expectFirstWordsOf(listener, connector);
      listener.interrupt();
      assertThat(listener.awaitExit()).isEqualTo(1);
      assertThat(connector.awaitExit()).isEqualTo(1);
      assertThat(connector.said()).contains("error: ");
    }
  }

  @Test
  void interruptOfDumbpipeIsToldToUs() throws Exception {
    try (PipeTool listener = PipeTool.dialkey("listen");
        PipeTool connector = PipeTool.dumbpipe("connect", listener.ticket())) {
      expectFirstWordsOf(listener, connector);
      connector.interrupt();
      assertThat(connector.awaitExit()).isEqualTo(1);
      assertThat(listener.awaitExit()).isEqualTo(1);
      assertThat(listener.said()).contains("error: ");
    }
  }

  @Test
  void bothMakeTheSameTicketOfASecret() throws Exception {
    try (SecretKey key = SecretKey.generate()) {
      String secret = HexFormat.of().formatHex(key.toBytes());
      String ticket = PipeTool.ticketByDialkey(secret);
      assertThat(ticket).isEqualTo(PipeTool.ticketByDumbpipe(secret));
      assertThat(EndpointTicket.parse(ticket.strip()).addr().id()).isEqualTo(key.endpointId());
    }
  }

  private static void exchange(PipeTool listener, PipeTool connector) throws Exception {
    byte[] there = random(1, 5_000_000);
    byte[] back = random(2, 4_000_000);
    connector.feed(there);
    listener.feed(back);
    var got = new FutureTask<>(connector.out()::readAllBytes);
    Thread.ofVirtual().start(got);
    assertThat(listener.out().readAllBytes()).isEqualTo(there);
    assertThat(got.get()).isEqualTo(back);
    expectGoodEnd(listener, connector);
  }

  private static void expectFirstWordsOf(PipeTool listener, PipeTool connector) throws Exception {
    byte[] words = "you first".getBytes(StandardCharsets.US_ASCII);
    listener.in().write(words);
    listener.in().flush();
    assertThat(connector.out().readNBytes(words.length)).isEqualTo(words);
  }

  private static void expectGoodEnd(PipeTool listener, PipeTool connector) throws Exception {
    assertThat(listener.awaitExit()).describedAs(listener.said()).isZero();
    assertThat(connector.awaitExit()).describedAs(connector.said()).isZero();
  }

  private static void expectGoodEndOfServers(PipeTool one, PipeTool other) throws Exception {
    one.interrupt();
    other.interrupt();
    expectGoodEnd(one, other);
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      return socket.getLocalPort();
    }
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
