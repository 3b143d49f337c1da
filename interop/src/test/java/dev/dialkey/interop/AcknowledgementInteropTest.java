package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.Router;
import dev.dialkey.SendStream;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we hear of a stream that iroh has, or has not, taken. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class AcknowledgementInteropTest {
  private static final String SCRIPT = "interop/script/0";

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void finishedStreamIsAcknowledged(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT);
        BiStream stream = script(connection, "sink")) {
      SendStream send = stream.send();
      CompletableFuture<OptionalLong> stopped = send.stopped();
      send.write(Pattern.bytes(1_000_000));
      assertThat(stopped).isNotDone();
      send.finish();
      send.awaitAcked(IrohPeer.PATIENCE);
      assertThat(get(stopped)).isEmpty();
      assertThat(get(send.stopped())).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void acknowledgementSaysNothingOfTheApplication(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT);
        BiStream stream = script(connection, "hold")) {
      stream.send().write(Pattern.bytes(10_000)); // Nobody ever reads them.
      stream.send().finish();
      stream.send().awaitAcked(IrohPeer.PATIENCE);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void silentPeerAcknowledgesNothingUntilItIsBack(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT);
        BiStream stream = script(connection, "sink")) {
      peer.await("script");
      peer.stop();
      stream.send().write(Pattern.bytes(1_000));
      stream.send().finish();
      assertThatExceptionOfType(DialkeyTimeoutException.class)
          .isThrownBy(() -> stream.send().awaitAcked(Duration.ofMillis(300)));
      peer.goOn();
      stream.send().awaitAcked(IrohPeer.PATIENCE);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void stopByIrohShowsItsCodeToWhoeverWaits(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT)) {
      try (BiStream idle = script(connection, "stop 9")) {
        // Nothing is written or finished: the stop is heard by itself.
        assertThat(get(idle.send().stopped())).hasValue(9);
      }
      try (BiStream unread = script(connection, "hold")) {
        assertThat(unread.send().stopped()).isNotDone();
      }
      peer.stop();
      try (BiStream finished = script(connection, "stop 10")) {
        finished.send().write(Pattern.bytes(100));
        CompletableFuture<OptionalLong> stopped = finished.send().stopped();
        peer.goOn();
        assertThat(get(stopped)).hasValue(10);
        var thrown =
            catchThrowableOfType(
                StreamStoppedException.class, () -> finished.send().write(new byte[1]));
        assertThat(thrown.code()).isEqualTo(10);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void resetByIrohShowsItsCodeToWhoeverWaits(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT);
        BiStream reset = script(connection, "reset 12");
        BiStream whole = script(connection, "source 100")) {
      assertThat(get(reset.recv().receivedReset())).hasValue(12);
      assertThat(Pattern.readAndCheck(whole.recv())).isEqualTo(100);
      assertThat(get(whole.recv().receivedReset())).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void closeByIrohEndsTheWait(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT);
        BiStream waiting = script(connection, "hold")) {
      CompletableFuture<OptionalLong> stopped = waiting.send().stopped();
      BiStream closing = script(connection, "close 5 enough");
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> get(stopped))
          .withCauseInstanceOf(ConnectionClosedException.class);
      assertThat(connection.closeReason())
          .hasValue(
              new CloseReason.ApplicationClosed(5, "enough".getBytes(StandardCharsets.UTF_8)));
      closing.close();
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void diallingIrohAcknowledgesOrStopsToo(IrohRelease release) throws Exception {
    BlockingQueue<OptionalLong> heard = new LinkedBlockingQueue<>();
    Endpoint endpoint = Loopback.builder().bind();
    try (Router _ =
            Router.builder(endpoint)
                .accept("answer/0", connection -> answer(connection, heard))
                .start();
        var peer = IrohPeer.start(release)) {
      int number = peer.dial(endpoint.id(), "answer/0", endpoint.boundSockets().getFirst());
      JsonNode answer = peer.ask("call", number, 10, "go");
      assertThat(answer.get("received").asLong()).isEqualTo(500_000);
      assertThat(answer.get("fnv").asText()).isEqualTo(Pattern.fnv(500_000));
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(OptionalLong.empty());
      peer.begin("bi-stop", number, 33);
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(OptionalLong.of(33));
    }
  }

  private static void answer(Connection connection, BlockingQueue<OptionalLong> heard)
      throws Exception {
    try (BiStream stream = connection.acceptBi()) {
      stream.send().write(Pattern.bytes(500_000));
      stream.recv().readAll(1_000);
      stream.send().finish();
      stream.send().awaitAcked(IrohPeer.PATIENCE);
      heard.add(stream.send().stopped().join());
    }
    try (BiStream stream = connection.acceptBi()) {
      heard.add(stream.send().stopped().join());
    }
    connection.closed().join();
  }

  private static BiStream script(Connection connection, String line) throws Exception {
    BiStream stream = connection.openBi();
    stream.send().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    return stream;
  }

  private static OptionalLong get(CompletableFuture<OptionalLong> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }
}
