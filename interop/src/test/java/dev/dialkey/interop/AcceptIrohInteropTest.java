package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Router;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** iroh dials, Dialkey serves. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class AcceptIrohInteropTest {
  private static final String ECHO = "dialkey/echo/0";

  private final EchoService service = new EchoService();

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void largeEchoOnOneStreamSurvivesKeyUpdates(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      int connection = dial(peer, router.endpoint());
      JsonNode done = peer.ask("echo", connection, 100_000_000);
      assertThat(done.get("bytes").asLong()).isEqualTo(100_000_000);
      assertThat(accepted().remoteId()).isEqualTo(peer.id());
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void hundredStreamsInParallelAndUnidirectionalOnes(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      int connection = dial(peer, router.endpoint());
      peer.ask("echo-many", connection, 100, 200_000);
      peer.ask("uni", connection, 1_000_000);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void resetAndStopCodesAreSeenOnBothSides(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      int connection = dial(peer, router.endpoint());
      // The echo answers a reset with a reset and a stop with a stop of the same code.
      JsonNode reset = peer.ask("bi-reset", connection, 21);
      assertThat(service.resetCodes.poll(20, TimeUnit.SECONDS)).isEqualTo(21);
      assertThat(reset.get("end").asText()).isEqualTo("stream-reset");
      assertThat(reset.get("code").asLong()).isEqualTo(21);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void stopAndResetOfEitherSideShowTheirCodes(IrohRelease release) throws Exception {
    BlockingQueue<Long> stopCodes = new LinkedBlockingQueue<>();
    Endpoint endpoint = Loopback.builder().bind();
    try (Router _ =
            Router.builder(endpoint)
                .accept("stops/0", connection -> stop(connection.acceptBi(), 23))
                .accept("resets/0", connection -> reset(connection.acceptBi(), 24))
                .accept("writes/0", connection -> writeUntilStopped(connection, stopCodes))
                .start();
        var peer = IrohPeer.start(release)) {
      InetSocketAddress address = endpoint.boundSockets().getFirst();
      String stopped = peer.begin("wait-stopped", peer.dial(endpoint.id(), "stops/0", address));
      assertThat(peer.answer(stopped).get("code").asLong()).isEqualTo(23);
      String reset = peer.begin("read-until-reset", peer.dial(endpoint.id(), "resets/0", address));
      assertThat(peer.answer(reset).get("code").asLong()).isEqualTo(24);
      peer.begin("bi-stop", peer.dial(endpoint.id(), "writes/0", address), 22);
      assertThat(stopCodes.poll(20, TimeUnit.SECONDS)).isEqualTo(22);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void closeOfThePeerShowsItsCode(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      int connection = dial(peer, router.endpoint());
      Connection accepted = accepted();
      peer.tell("close " + connection + " 44 so long");
      assertThat(accepted.closed().get(20, TimeUnit.SECONDS))
          .isEqualTo(
              new CloseReason.ApplicationClosed(44, "so long".getBytes(StandardCharsets.UTF_8)));
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ourCloseShowsItsCode(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      dial(peer, router.endpoint());
      accepted().close(45, "enough");
      JsonNode closed = peer.await("closed");
      assertThat(closed.get("kind").asText()).isEqualTo("application");
      assertThat(closed.get("code").asLong()).isEqualTo(45);
      assertThat(closed.get("reason").asText()).isEqualTo("enough");
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void dialledTwiceInARow(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      for (int i = 0; i < 2; i++) {
        int connection = dial(peer, router.endpoint());
        peer.ask("echo", connection, 10_000);
        peer.tell("close " + connection + " 0");
        assertThat(accepted().closed().get(20, TimeUnit.SECONDS))
            .isEqualTo(new CloseReason.ApplicationClosed(0, new byte[0]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void wrongKeyAndMissingAlpnEndWithTheirAlerts(IrohRelease release) throws Exception {
    try (Router router = serve();
        SecretKey other = SecretKey.generate();
        var peer = IrohPeer.start(release)) {
      InetSocketAddress address = router.endpoint().boundSockets().getFirst();
      JsonNode wrong = peer.attempt("dial", other.endpointId(), IrohPeer.join(address), ECHO);
      assertThat(wrong.get("code").asLong()).isEqualTo(304);
      assertThat(wrong.get("by").asText()).isEqualTo("local");
      JsonNode unknown =
          peer.attempt("dial", router.endpoint().id(), IrohPeer.join(address), "unknown/1");
      assertThat(unknown.get("code").asLong()).isEqualTo(376);
      assertThat(unknown.get("by").asText()).isEqualTo("remote");
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void addressesOfWhichFiveAreDead(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      InetSocketAddress[] addresses = new InetSocketAddress[6];
      for (int i = 0; i < 5; i++) {
        addresses[i] = deadAddress();
      }
      addresses[5] = router.endpoint().boundSockets().getFirst();
      int connection = peer.dial(router.endpoint().id(), ECHO, addresses);
      peer.ask("echo", connection, 10_000);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void killedDiallerIsNoticedByTheIdleTimeout(IrohRelease release) throws Exception {
    // The shorter idle time-out of both sides counts: the peer's.
    try (Router router = serve();
        var peer = IrohPeer.start(release, "--idle-ms", "3000")) {
      dial(peer, router.endpoint());
      Connection accepted = accepted();
      peer.kill();
      assertThat(accepted.closed().get(20, TimeUnit.SECONDS))
          .isEqualTo(new CloseReason.IdleTimeout());
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void restartedEndpointResetsTheConnectionsOfItsFormerLife(IrohRelease release) throws Exception {
    SecretKey key = SecretKey.generate();
    try (var former = FormerLife.start(key, ECHO);
        var peer = IrohPeer.start(release)) {
      int connection = peer.dial(key.endpointId(), ECHO, former.address());
      peer.ask("echo", connection, 10_000);
      former.kill();
      try (Endpoint restarted =
          Loopback.builder().bindAddr(former.address()).secretKey(key).alpns(ECHO).bind()) {
        peer.begin("echo", connection, 10_000);
        assertThat(peer.await("closed").get("kind").asText()).isEqualTo("reset");
        assertThat(restarted.metrics().connections().statelessResetsSent()).isPositive();
      }
    }
  }

  private static void stop(BiStream stream, long code) {
    stream.recv().stop(code);
    stream.recv().connection().closed().join();
  }

  private static void reset(BiStream stream, long code) throws IOException {
    stream.recv().read(new byte[1]);
    stream.send().reset(code);
    stream.recv().connection().closed().join();
  }

  private static void writeUntilStopped(Connection connection, BlockingQueue<Long> stopCodes)
      throws IOException {
    try (BiStream stream = connection.acceptBi()) {
      while (true) {
        stream.send().write(new byte[10_000]);
      }
    } catch (StreamStoppedException e) {
      stopCodes.add(e.code());
    }
  }

  private Router serve() throws Exception {
    return Router.builder(Loopback.builder().bind()).accept(ECHO, service).start();
  }

  private static int dial(IrohPeer peer, Endpoint endpoint) {
    return peer.dial(endpoint.id(), ECHO, endpoint.boundSockets().getFirst());
  }

  private Connection accepted() throws Exception {
    Connection connection = service.connections.poll(20, TimeUnit.SECONDS);
    if (connection == null) {
      throw new AssertionError("nothing was accepted");
    }
    return connection;
  }

  private static InetSocketAddress deadAddress() throws Exception {
    try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }
}
