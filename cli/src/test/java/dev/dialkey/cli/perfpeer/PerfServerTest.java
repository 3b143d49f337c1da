package dev.dialkey.cli.perfpeer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Presets;
import dev.dialkey.SendStream;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.cli.TestShell;
import dev.dialkey.testkit.LeakCheck;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Another implementation's client, and what is left behind. */
@ExtendWith(LeakCheck.class)
final class PerfServerTest {

  /** What a test does on a connection to a server. */
  private interface Use {
    void of(Connection connection) throws IOException;
  }

  /** What a test sends on a stream. */
  private interface Writing {
    void to(SendStream stream) throws IOException;
  }

  @Test
  void anyStreamIsReadToItsEndAndAnsweredByItsFirstByte() throws IOException {
    onConnection(connection -> {
      assertThat(exchange(connection, new byte[] {0})).containsExactly(0);
      assertThat(exchange(connection, new byte[40])).containsExactly(0);
      byte[] bulk = new byte[300_000];
      bulk[0] = 1;
      assertThat(exchange(connection, bulk)).containsExactly(1);
      assertThat(exchange(connection, new byte[] {2})).containsExactly(0, 0, 0, 0, 0, 0, 0, 0);
    });
  }

  @Test
  void streamsOfNoKindAreReset() throws IOException {
    onConnection(connection -> {
      assertThat(codeOfReset(connection, stream -> stream.write(new byte[] {3}))).isEqualTo(1);
      assertThat(codeOfReset(connection, stream -> stream.write(new byte[] {-1}))).isEqualTo(1);
      assertThat(codeOfReset(connection, SendStream::finish)).isEqualTo(1);
      assertThat(exchange(connection, new byte[] {0})).containsExactly(0);
    });
  }

  @Test
  void wrongAnswersAreNotTakenForGoodOnes() throws Exception {
    try (Endpoint liar = endpoint();
        Endpoint client = endpoint()) {
      Thread server = Thread.ofVirtual().name("test-liar").start(() -> lie(liar));
      try (Connection connection = client.connect(liar.addr(), PerfProtocol.ALPN)) {
        var requests = new Requests(connection, Memory.NATIVE);
        assertThatThrownBy(requests::exchange)
            .isInstanceOf(WrongAnswerException.class)
            .hasMessageContaining("more than 1 bytes");
        assertThatThrownBy(requests::datagramsArrived)
            .isInstanceOf(WrongAnswerException.class)
            .hasMessageContaining("less than 8 bytes");
      }
      server.join();
    }
  }

  @Test
  void endOfInputEndsAServer() {
    TestShell shell = TestShell.plain();
    assertThat(shell.run("perf-peer", "server", "--threads", "PLATFORM")).isZero();
    assertThat(shell.out()).startsWith("READY endpoint").hasLineCount(1);
    assertThat(shell.err()).isEmpty();
  }

  private static void lie(Endpoint endpoint) {
    try (Connection connection = endpoint.accept().orElseThrow().accept().await()) {
      for (BiStream stream : connection.biStreams()) {
        answerWithTwoBytes(stream);
      }
    } catch (IOException e) {
      throw new AssertionError("the test's own side failed", e);
    }
  }

  private static void answerWithTwoBytes(BiStream stream) throws IOException {
    try (stream) {
      stream.recv().readAll(1);
      stream.send().write(new byte[2]);
      stream.send().finish();
    } catch (StreamStoppedException e) {
      return; // The client has seen enough before the end.
    }
  }

  /** One write at most, for the server may have stopped the stream before a second one. */
  private static long codeOfReset(Connection connection, Writing writing) throws IOException {
    try (BiStream stream = connection.openBi()) {
      writing.to(stream.send());
      return catchThrowableOfType(StreamResetException.class, () -> stream.recv().read(new byte[1]))
          .code();
    }
  }

  private static byte[] exchange(Connection connection, byte[] bytes) throws IOException {
    try (BiStream stream = connection.openBi()) {
      stream.send().write(bytes);
      stream.send().finish();
      return stream.recv().readAll(10);
    }
  }

  private static void onConnection(Use use) throws IOException {
    Endpoint served = endpoint();
    try (PerfServer server = new PerfServer(served, ThreadKind.VIRTUAL.start(), Memory.NATIVE);
        Endpoint client = endpoint()) {
      server.start();
      try (Connection connection = client.connect(served.addr(), PerfProtocol.ALPN)) {
        use.of(connection);
      }
    }
  }

  private static Endpoint endpoint() throws IOException {
    return Endpoint.builder(Presets.loopback()).alpns(PerfProtocol.ALPN).bind();
  }
}
