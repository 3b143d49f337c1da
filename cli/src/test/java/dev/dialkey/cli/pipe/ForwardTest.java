package dev.dialkey.cli.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.DialkeyException;
import dev.dialkey.Endpoint;
import dev.dialkey.StreamException;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.cli.TestShell;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** TCP and Unix sockets of two machines, which are one here. */
@ExtendWith(LeakCheck.class)
final class ForwardTest {
  private static final String TICKET = " (endpoint\\w+)\\s";

  static {
    JdkPollers.open();
  }

  @Test
  void everyTcpConnectionGetsThroughAndBack() throws Exception {
    TestShell there = TestShell.plain();
    TestShell here = TestShell.plain();
    try (EchoSocket echo = EchoSocket.tcp();
        var listening = PipeTests.start(there, "listen-tcp", "--host", echo.hostAndPort());
        var connecting = connectTcp(here, ticketOf(there))) {
      int port = portOf(here);
      List<FutureTask<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        byte[] sent = random(i);
        answers.add(PipeTests.meanwhile(() -> exchange(port, sent)));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(random(i));
      }
      assertThat(connecting.interrupt()).isZero();
      assertThat(listening.interrupt()).isZero();
    }
    assertThat(there.err()).contains("Forwarding incoming requests to '127.0.0.1:");
    assertThat(there.err().strip()).endsWith(ticketOf(there));
    assertThat(there.out() + here.out()).isEmpty();
  }

  @Test
  void oneConnectionMayHaveManyStreams() throws Exception {
    TestShell there = TestShell.plain();
    try (EchoSocket echo = EchoSocket.tcp();
        var listening = PipeTests.start(there, "listen-tcp", "--host", echo.hostAndPort());
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = connect(endpoint, ticketOf(there))) {
      List<BiStream> streams = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        streams.add(PipeProtocol.DEFAULT.open(connection));
      }
      for (BiStream stream : streams.reversed()) {
        stream.send().write(new byte[] {(byte) stream.id()});
        stream.send().finish();
        assertThat(stream.recv().readAll(10)).containsExactly((byte) stream.id());
      }
    }
  }

  @Test
  void whatIsBeyondTheLimitIsRefused() throws Exception {
    TestShell there = TestShell.plain();
    try (EchoSocket echo = EchoSocket.tcp();
        var listening =
            PipeTests.start(
                there, "listen-tcp", "--host", echo.hostAndPort(), "--max-connections", "1");
        Endpoint endpoint = Loopback.builder().bind();
        Endpoint other = Loopback.builder().bind();
        Connection connection = connect(endpoint, ticketOf(there));
        BiStream stream = PipeProtocol.DEFAULT.open(connection)) {
      stream.send().write(new byte[] {1});
      assertThat(stream.recv().read(new byte[1])).isEqualTo(1); // Served from here on.
      assertThat(
              catchThrowableOfType(DialkeyException.class, () -> connect(other, ticketOf(there))))
          .hasMessageContaining("0x2"); // CONNECTION_REFUSED
      try (BiStream second = PipeProtocol.DEFAULT.open(connection)) {
        assertThat(
                catchThrowableOfType(StreamException.class, () -> second.recv().read(new byte[1])))
            .isNotNull();
      }
    }
  }

  @Test
  void otherGreetingClosesTheConnectionButNotTheServer() throws Exception {
    TestShell there = TestShell.plain();
    try (EchoSocket echo = EchoSocket.tcp();
        var listening = PipeTests.start(there, "listen-tcp", "--host", echo.hostAndPort());
        Endpoint endpoint = Loopback.builder().bind()) {
      try (Connection connection = connect(endpoint, ticketOf(there));
          BiStream stream = connection.openBi()) {
        stream.send().write(new byte[5]);
        assertThat(connection.closed().get(20, TimeUnit.SECONDS))
            .isEqualTo(new CloseReason.ApplicationClosed(0, new byte[0]));
      }
      try (Connection connection = connect(endpoint, ticketOf(there));
          BiStream stream = PipeProtocol.DEFAULT.open(connection)) {
        stream.send().finish();
        assertThat(stream.recv().readAll(1)).isEmpty();
      }
    }
  }

  @Test
  void targetThatIsDownIsToldOnceAndStreamsAreGivenUp() throws Exception {
    TestShell there = TestShell.plain();
    String nobody;
    try (EchoSocket echo = EchoSocket.tcp()) {
      nobody = echo.hostAndPort();
    }
    try (var listening = PipeTests.start(there, "listen-tcp", "--host", nobody);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = connect(endpoint, ticketOf(there))) {
      for (int i = 0; i < 3; i++) {
        try (BiStream stream = PipeProtocol.DEFAULT.open(connection)) {
          assertThat(
                  catchThrowableOfType(
                      StreamException.class, () -> stream.recv().read(new byte[1])))
              .isNotNull();
        }
      }
    }
    assertThat(there.err()).containsOnlyOnce("warning: cannot connect to '" + nobody);
  }

  @Test
  void peerThatIsGoneIsToldForEachConnection() throws Exception {
    TestShell there = TestShell.plain();
    TestShell here = TestShell.plain();
    try (var listening = PipeTests.start(there, "listen-tcp", "--host", "127.0.0.1:1");
        var connecting = connectTcp(here, ticketOf(there))) {
      int port = portOf(here);
      try (Socket program = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(program.getInputStream().read()).isEqualTo(-1);
      }
      here.watchedErr().await("warning: a connection failed: ");
    }
  }

  @Test
  void unixSocketsServeManyClientsOneAfterTheOther(@TempDir Path folder) throws Exception {
    TestShell there = TestShell.plain();
    TestShell here = TestShell.plain();
    Path socket = folder.resolve("here.sock");
    try (EchoSocket echo = EchoSocket.unix(folder.resolve("there.sock"));
        var listening = PipeTests.start(there, "listen-unix", "--socket-path", echo.path());
        var connecting = connectUnix(here, socket, ticketOf(there))) {
      here.watchedErr().await("Listening on ");
      for (int i = 0; i < 3; i++) {
        byte[] sent = random(i);
        try (SocketChannel program = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
          assertThat(exchange(program, sent)).isEqualTo(sent);
        }
      }
      assertThat(connecting.interrupt()).isZero();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void socketOfAnEarlierLifeIsReplacedAndOtherFilesAreNot(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("left.sock");
    LocalSockets.bindUnix(UnixDomainSocketAddress.of(socket)).close(); // The file stays.
    assertThat(socket).exists();
    LocalSockets.bindUnix(UnixDomainSocketAddress.of(socket)).close();
    Path file = Files.writeString(folder.resolve("file"), "precious");
    assertThat(
            catchThrowableOfType(
                IOException.class, () -> LocalSockets.bindUnix(UnixDomainSocketAddress.of(file))))
        .hasMessageContaining("no socket");
    assertThat(file).hasContent("precious");
  }

  private static TestShell.Running connectTcp(TestShell shell, String ticket) {
    return PipeTests.start(shell, "connect-tcp", "--addr", "127.0.0.1:0", ticket);
  }

  private static TestShell.Running connectUnix(TestShell shell, Path socket, String ticket) {
    return PipeTests.start(shell, "connect-unix", "--socket-path", socket.toString(), ticket);
  }

  private static Connection connect(Endpoint endpoint, String ticket) throws IOException {
    return endpoint.connect(EndpointTicket.parse(ticket), "DUMBPIPEV0");
  }

  private static String ticketOf(TestShell shell) throws InterruptedException {
    return shell.watchedErr().await(TICKET);
  }

  private static int portOf(TestShell shell) throws InterruptedException {
    return Integer.parseInt(shell.watchedErr().await("Listening on .*:(\\d+)\\."));
  }

  private static byte[] exchange(int port, byte[] bytes) throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (SocketChannel program = SocketChannel.open(address)) {
      return exchange(program, bytes);
    }
  }

  private static byte[] exchange(SocketChannel program, byte[] bytes) throws Exception {
    var wrote =
        PipeTests.meanwhile(() -> {
          Channels.newOutputStream(program).write(bytes);
          return program.shutdownOutput();
        });
    byte[] answer = Channels.newInputStream(program).readAllBytes();
    wrote.get();
    return answer;
  }

  private static byte[] random(long seed) {
    byte[] bytes = new byte[200_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
