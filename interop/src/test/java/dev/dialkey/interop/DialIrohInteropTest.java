package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.HandshakeException;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamResetException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.addressing.TransportAddr;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dialkey dials, iroh serves. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class DialIrohInteropTest {
  private static final String ECHO = "dialkey/echo/0";
  private static final String SCRIPT = "interop/script/0";
  private static final long LARGE = 100_000_000;

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void largeEchoOnOneStreamSurvivesKeyUpdates(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO);
        BiStream stream = connection.openBi()) {
      assertThat(connection.remoteId()).isEqualTo(peer.id());
      Pattern.echo(stream, LARGE);
      // iroh updates its keys within its first thousand packets; this took tens of thousands.
      assertThat(connection.stats().packetsReceived()).isGreaterThan(10_000);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void hundredStreamsInParallel(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<java.util.concurrent.Future<?>> echoes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int length = 100_000 + i * 1_000;
        echoes.add(
            threads.submit(() -> {
              try (BiStream stream = connection.openBi()) {
                Pattern.echo(stream, length);
              }
              return null;
            }));
      }
      for (var echo : echoes) {
        echo.get();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void unidirectionalStreamsBothWays(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO);
        SendStream out = connection.openUni()) {
      out.write(Pattern.bytes(1_000_000));
      out.finish();
      try (RecvStream back = connection.acceptUni(IrohPeer.PATIENCE)) {
        assertThat(Pattern.readAndCheck(back)).isEqualTo(1_000_000);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void resetAndStopOfThePeerShowTheirCodes(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT)) {
      try (BiStream stream = script(connection, "reset 7")) {
        var reset =
            catchThrowableOfType(
                StreamResetException.class, () -> stream.recv().readAll(1_000_000));
        assertThat(reset.code()).isEqualTo(7);
      }
      try (BiStream stream = script(connection, "stop 9")) {
        var stopped =
            catchThrowableOfType(
                StreamStoppedException.class,
                () -> {
                  while (true) {
                    stream.send().write(new byte[10_000]);
                  }
                });
        assertThat(stopped.code()).isEqualTo(9);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ourResetAndStopAreSeenWithTheirCodes(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT)) {
      BiStream reset = script(connection, "wait-reset");
      peer.await("script");
      reset.send().reset(11);
      assertThat(peer.await("stream-reset").get("code").asLong()).isEqualTo(11);
      BiStream stop = script(connection, "wait-stop");
      assertThat(stop.recv().read(new byte[100])).isPositive();
      stop.recv().stop(12);
      assertThat(peer.await("stream-stopped").get("code").asLong()).isEqualTo(12);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void closeCodesAreSeenOnBothSides(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind()) {
      try (Connection connection = endpoint.connect(peer.addr(), SCRIPT)) {
        BiStream stream = script(connection, "close 42 bye now");
        assertThat(connection.closed().get(20, TimeUnit.SECONDS))
            .isEqualTo(
                new CloseReason.ApplicationClosed(42, "bye now".getBytes(StandardCharsets.UTF_8)));
        stream.close();
      }
      try (Connection connection = endpoint.connect(peer.addr(), ECHO)) {
        connection.close(43, "enough");
        JsonNode closed =
            peer.await(event -> event.path("code").asLong() == 43, "the close with code 43");
        assertThat(closed.get("ev").asText()).isEqualTo("closed");
        assertThat(closed.get("kind").asText()).isEqualTo("application");
        assertThat(closed.get("reason").asText()).isEqualTo("enough");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void dialledTwiceInARow(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind()) {
      for (int i = 0; i < 2; i++) {
        try (Connection connection = endpoint.connect(peer.addr(), ECHO);
            BiStream stream = connection.openBi()) {
          Pattern.echo(stream, 10_000);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void wrongKeyEndsWithUnknownCa(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        SecretKey other = SecretKey.generate();
        Endpoint endpoint = Loopback.builder().bind()) {
      EndpointAddr impostor = EndpointAddr.of(other.endpointId(), peer.addr().addrs());
      var refused =
          catchThrowableOfType(HandshakeException.class, () -> endpoint.connect(impostor, ECHO));
      assertThat(refused.alert()).isEqualTo(48);
      assertThat(refused.byPeer()).isFalse();
      assertThat(peer.await("handshake-failed").get("code").asLong()).isEqualTo(304);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void noCommonAlpnEndsWithItsAlert(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind()) {
      var refused =
          catchThrowableOfType(
              HandshakeException.class, () -> endpoint.connect(peer.addr(), "unknown/1"));
      assertThat(refused.alert()).isEqualTo(120);
      assertThat(refused.byPeer()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void killedPeerIsNoticedByTheIdleTimeout(IrohRelease release) throws Exception {
    var options = TransportOptions.builder().maxIdleTimeout(Duration.ofSeconds(2)).build();
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().transport(options).bind();
        Connection connection = endpoint.connect(peer.addr(), SCRIPT);
        BiStream stream = script(connection, "hold")) {
      CompletableFuture<Integer> read = stream.recv().readAsync(java.nio.ByteBuffer.allocate(10));
      peer.await("script");
      peer.kill();
      assertThat(connection.closed().get(20, TimeUnit.SECONDS))
          .isEqualTo(new CloseReason.IdleTimeout());
      assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
          .isThrownBy(() -> read.get(5, TimeUnit.SECONDS))
          .withCauseInstanceOf(dev.dialkey.ConnectionClosedException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void fiveDeadAddressesCostNoDelay(IrohRelease release) throws Exception {
    List<TransportAddr> addresses = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      addresses.add(new TransportAddr.Ip(deadAddress()));
    }
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind()) {
      addresses.addAll(peer.addr().addrs());
      // Well below one repetition of the first flight to each dead address in turn.
      Duration limit = Duration.ofSeconds(2);
      try (Connection connection =
              endpoint.connect(EndpointAddr.of(peer.id(), addresses), ECHO, limit);
          BiStream stream = connection.openBi()) {
        Pattern.echo(stream, 10_000);
      }
    }
  }

  private static BiStream script(Connection connection, String line) throws Exception {
    BiStream stream = connection.openBi();
    stream.send().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    return stream;
  }

  /** A loopback port that was free a moment ago. */
  private static InetSocketAddress deadAddress() throws Exception {
    try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }
}
