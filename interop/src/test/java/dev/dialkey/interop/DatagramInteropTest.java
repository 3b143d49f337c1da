package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.Connection;
import dev.dialkey.DatagramTooLargeException;
import dev.dialkey.DatagramsUnsupportedException;
import dev.dialkey.Endpoint;
import dev.dialkey.Router;
import dev.dialkey.TransportOptions;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams between Dialkey and iroh, whoever dialled. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class DatagramInteropTest {
  private static final String ECHO = "dialkey/echo/0";

  /** No path between these two carries a datagram of this size. */
  private static final int TOO_LONG = 1_500;

  /** A datagram that has not come after this long is lost. */
  private static final Duration SOON = Duration.ofSeconds(2);

  private static final TransportOptions NONE_TAKEN =
      TransportOptions.builder().datagramReceiveBuffer(0).build();

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ofAnySizeComeBackFromIroh(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      for (int length : new int[] {0, 1, 63, 64, 1_000, 1_100}) {
        assertThat(echo(connection, length)).isEqualTo(Pattern.bytes(length));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ofTheLargestSizeReachIroh(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      int largest = connection.datagrams().maxSize().orElseThrow();
      assertThat(largest).isBetween(1_100, TOO_LONG - 1);
      connection.datagrams().send(pattern(largest));
      assertThat(received(peer, largest).get("fnv").asText()).isEqualTo(Pattern.fnv(largest));
      assertThatExceptionOfType(DatagramTooLargeException.class)
          .isThrownBy(() -> connection.datagrams().send(pattern(TOO_LONG)));
      connection.datagrams().send(pattern(5)); // What was too long has broken nothing.
      assertThat(received(peer, 5).get("fnv").asText()).isEqualTo(Pattern.fnv(5));
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ofTheLargestSizeComeFromIroh(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      int number = peer.await("accepted").get("conn").asInt();
      int largest = peer.ask("max-datagram", number).get("max").asInt();
      assertThat(largest).isBetween(1_100, TOO_LONG - 1);
      peer.ask("datagrams", number, largest, 1);
      assertThat(next(connection)).isEqualTo(Pattern.bytes(largest));
      assertThat(peer.attempt("datagrams", number, TOO_LONG, 1).get("kind").asText())
          .isEqualTo("datagram-too-large");
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void manyInARowComeThroughBothWays(IrohRelease release) throws Exception {
    int count = 500;
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      Thread.ofVirtual().start(() -> sendAll(connection, count));
      int back = 0;
      while (back < count) {
        Optional<ByteBuffer> next = connection.datagrams().poll(SOON);
        if (next.isEmpty()) {
          break;
        }
        assertThat(bytes(next.get())).isEqualTo(Pattern.bytes(1_000));
        back++;
      }
      // A full socket buffer may cost some, and nobody repeats them.
      assertThat(back).isGreaterThan(count / 2);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ofDiallingIrohComeBackFromUs(IrohRelease release) throws Exception {
    try (Router router =
            Router.builder(Loopback.builder().bind()).accept(ECHO, new EchoService()).start();
        var peer = IrohPeer.start(release)) {
      int number =
          peer.dial(router.endpoint().id(), ECHO, router.endpoint().boundSockets().getFirst());
      for (int length : new int[] {0, 1, 1_000}) {
        peer.ask("datagrams", number, length, 1);
        assertThat(received(peer, length).get("fnv").asText()).isEqualTo(Pattern.fnv(length));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void cannotBeSentToAnIrohThatTakesNone(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release, "--no-datagrams");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      assertThat(connection.datagrams().maxSize()).isEmpty();
      assertThatExceptionOfType(DatagramsUnsupportedException.class)
          .isThrownBy(() -> connection.datagrams().send(pattern(1)));
      assertThatExceptionOfType(DatagramsUnsupportedException.class)
          .isThrownBy(() -> connection.datagrams().sendBlocking(pattern(1)));
      int number = peer.await("accepted").get("conn").asInt();
      assertThat(peer.attempt("datagrams", number, 1, 1).get("kind").asText())
          .isEqualTo("datagram-disabled");
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void cannotBeSentByIrohWhenWeTakeNone(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().transport(NONE_TAKEN).bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      int number = peer.await("accepted").get("conn").asInt();
      assertThat(peer.attempt("datagrams", number, 1, 1).get("kind").asText())
          .isEqualTo("datagram-unsupported");
      assertThat(peer.ask("max-datagram", number).has("max")).isFalse();
      // The other direction is iroh's to decide (RFC 9221 section 3).
      connection.datagrams().send(pattern(7));
      assertThat(received(peer, 7).get("fnv").asText()).isEqualTo(Pattern.fnv(7));
    }
  }

  private static JsonNode received(IrohPeer peer, int length) {
    return peer.await(
        event ->
            event.path("ev").asText().equals("datagram") && event.get("bytes").asInt() == length,
        "the datagram of " + length + " bytes");
  }

  private static byte[] echo(Connection connection, int length) throws IOException {
    connection.datagrams().send(pattern(length));
    return next(connection);
  }

  private static byte[] next(Connection connection) throws IOException {
    return bytes(connection.datagrams().poll(IrohPeer.PATIENCE).orElseThrow());
  }

  private static void sendAll(Connection connection, int count) {
    List<ByteBuffer> left = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      left.add(pattern(1_000));
    }
    try {
      while (!left.isEmpty()) {
        connection.datagrams().sendBlocking(left.removeFirst());
      }
    } catch (IOException e) {
      throw new AssertionError("could not send", e);
    }
  }

  private static ByteBuffer pattern(int length) {
    return ByteBuffer.wrap(Pattern.bytes(length));
  }

  private static byte[] bytes(ByteBuffer datagram) {
    byte[] bytes = new byte[datagram.remaining()];
    datagram.get(bytes);
    return bytes;
  }
}
