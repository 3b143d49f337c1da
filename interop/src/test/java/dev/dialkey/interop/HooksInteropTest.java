package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Decision;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointHooks;
import dev.dialkey.RejectedLocallyException;
import dev.dialkey.Router;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the hooks of one side reject, as the other sees it. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HooksInteropTest {
  private static final String ECHO = "dialkey/echo/0";
  private static final String REASON = "not you";

  private static final EndpointHooks NO_DIALS =
      new EndpointHooks() {
        @Override
        public Decision beforeConnect(EndpointAddr addr, Alpn alpn) {
          return Decision.reject();
        }
      };

  private static final EndpointHooks NO_CONNECTIONS =
      new EndpointHooks() {
        @Override
        public Decision afterHandshake(Connection connection) {
          return Decision.reject(77, REASON);
        }
      };

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ourRejectionOfADialSendsNothing(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release, "--incoming", "accept");
        Endpoint barred = Loopback.builder().hooks(NO_DIALS).bind();
        Endpoint other = Loopback.builder().bind()) {
      assertThatExceptionOfType(RejectedLocallyException.class)
          .isThrownBy(() -> barred.connect(peer.addr(), ECHO));
      // A later dial of somebody else has come to iroh, so an earlier one would have too.
      other.connect(peer.addr(), ECHO).close();
      peer.await("accepted");
      String ours = SocketAddrs.format(barred.boundSockets().getFirst());
      assertThat(peer.soFar("incoming"))
          .isNotEmpty()
          .noneSatisfy(event -> assertThat(event.get("from").asText()).isEqualTo(ours));
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ourRejectionOfAFinishedDialShowsItsCode(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().hooks(NO_CONNECTIONS).bind()) {
      assertThatExceptionOfType(RejectedLocallyException.class)
          .isThrownBy(() -> endpoint.connect(peer.addr(), ECHO));
      expectRejection(peer, 77, REASON);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ourRejectionOfAnAcceptedConnectionShowsItsCode(IrohRelease release) throws Exception {
    try (Router router = serve(NO_CONNECTIONS, new EchoService());
        var peer = IrohPeer.start(release)) {
      beginDial(peer, router);
      expectRejection(peer, 77, REASON);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void rejectionByTheIrohWeDialShowsItsCode(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release, "--reject-connections", "88 go away");
        Endpoint endpoint = Loopback.builder().bind()) {
      assertThat(endOfDial(endpoint, peer)).isEqualTo(goAway());
      assertThat(peer.await("handshake-failed").get("kind").asText()).isEqualTo("locally-rejected");
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void rejectionByTheIrohThatDialsShowsItsCode(IrohRelease release) throws Exception {
    EchoService service = new EchoService();
    try (Router router = serve(new EndpointHooks() {}, service);
        var peer = IrohPeer.start(release, "--reject-connections", "88 go away")) {
      JsonNode error = peer.answer(beginDial(peer, router));
      assertThat(error.get("kind").asText()).isEqualTo("locally-rejected");
      Connection accepted = service.connections.poll(20, TimeUnit.SECONDS);
      assertThat(accepted).isNotNull();
      assertThat(accepted.closed().get(20, TimeUnit.SECONDS)).isEqualTo(goAway());
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void dialThatIrohRejectsNeverComes(IrohRelease release) throws Exception {
    EchoService service = new EchoService();
    try (Router router = serve(new EndpointHooks() {}, service);
        var peer = IrohPeer.start(release, "--reject-dials")) {
      JsonNode error = peer.answer(beginDial(peer, router));
      assertThat(error.get("kind").asText()).isEqualTo("locally-rejected");
      try (Endpoint other = Loopback.builder().bind()) {
        other.connect(router.endpoint().addr(), ECHO).close();
        assertThat(service.connections.poll(20, TimeUnit.SECONDS).remoteId()).isEqualTo(other.id());
      }
    }
  }

  private static Router serve(EndpointHooks hooks, EchoService service) throws IOException {
    return Router.builder(Loopback.builder().hooks(hooks).bind()).accept(ECHO, service).start();
  }

  private static String beginDial(IrohPeer peer, Router router) {
    Endpoint endpoint = router.endpoint();
    return peer.begin(
        "dial", endpoint.id(), IrohPeer.join(endpoint.boundSockets().getFirst()), ECHO);
  }

  /** The handshake is over on its side, so iroh knows the connection and hears the reason. */
  private static void expectRejection(IrohPeer peer, long code, String reason) {
    JsonNode closed = peer.await("closed");
    assertThat(closed.get("kind").asText()).isEqualTo("application");
    assertThat(closed.get("code").asLong()).isEqualTo(code);
    assertThat(closed.get("reason").asText()).isEqualTo(reason);
  }

  private static CloseReason endOfDial(Endpoint endpoint, IrohPeer peer) throws Exception {
    // Our side of the handshake is over first, so the rejection may come before or after.
    try (Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      return connection.closed().get(20, TimeUnit.SECONDS);
    } catch (ConnectionClosedException e) {
      return e.reason();
    }
  }

  private static CloseReason goAway() {
    return new CloseReason.ApplicationClosed(88, "go away".getBytes(StandardCharsets.UTF_8));
  }
}
