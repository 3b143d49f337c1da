package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.BiStream;
import dev.dialkey.ClientHelloInfo;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.Router;
import dev.dialkey.TransportOptions;
import dev.dialkey.Verdict;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retry, refusal and silence before the handshake, of either side. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class AdmissionInteropTest {
  private static final String ECHO = "dialkey/echo/0";

  /** RFC 9000 section 20.1. */
  private static final long CONNECTION_REFUSED = 2;

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohHasUsProveOurAddress(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release, "--incoming", "retry");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO);
        BiStream stream = connection.openBi()) {
      Pattern.echo(stream, 10_000);
      List<JsonNode> incoming = peer.soFar("incoming");
      assertThat(incoming.getFirst().get("verdict").asText()).isEqualTo("retry");
      assertThat(incoming.getFirst().get("alpns").get(0).asText()).isEqualTo(ECHO);
      assertThat(incoming)
          .anySatisfy(event -> {
            assertThat(event.get("verdict").asText()).isEqualTo("accept");
            assertThat(event.get("validated").asBoolean()).isTrue();
          });
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohRefusesUs(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release, "--incoming", "refuse");
        Endpoint endpoint = Loopback.builder().bind()) {
      var refused =
          catchThrowableOfType(
              ConnectionClosedException.class, () -> endpoint.connect(peer.addr(), ECHO));
      assertThat(refused.reason()).isInstanceOf(CloseReason.TransportClosed.class);
      assertThat(((CloseReason.TransportClosed) refused.reason()).code())
          .isEqualTo(CONNECTION_REFUSED);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohIgnoresUs(IrohRelease release) throws Exception {
    var patient = TransportOptions.builder().maxIdleTimeout(Duration.ofSeconds(1)).build();
    try (var peer = IrohPeer.start(release, "--incoming", "ignore");
        Endpoint endpoint = Loopback.builder().transport(patient).bind()) {
      assertThatExceptionOfType(DialTimeoutException.class)
          .isThrownBy(() -> endpoint.connect(peer.addr(), ECHO, Duration.ofMillis(500)));
      assertThatExceptionOfType(DialTimeoutException.class)
          .isThrownBy(() -> endpoint.connect(peer.addr(), ECHO));
      assertThat(peer.soFar("incoming")).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void weHaveIrohProveItsAddress(IrohRelease release) throws Exception {
    try (Endpoint endpoint = Loopback.builder().alpns(ECHO).bind();
        var peer = IrohPeer.start(release)) {
      String dial = beginDial(peer, endpoint);
      Incoming first = next(endpoint);
      assertThat(first.isAddrValidated()).isFalse();
      first.retry();
      Incoming second = nextValidated(endpoint);
      assertThat(second.remoteAddr()).isEqualTo(first.remoteAddr());
      assertThatIllegalStateException().isThrownBy(second::retry);
      try (Connection connection = second.accept().await(IrohPeer.PATIENCE)) {
        assertThat(connection.remoteId()).isEqualTo(peer.id());
        int number = peer.answer(dial).get("conn").asInt();
        String echo = peer.begin("echo", number, 10_000);
        try (BiStream stream = connection.acceptBi(IrohPeer.PATIENCE)) {
          stream.send().write(stream.recv().readAll(10_000));
          stream.send().finish();
          assertThat(peer.answer(echo).get("ev").asText()).isEqualTo("done");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void ourRouterHasIrohProveItsAddress(IrohRelease release) throws Exception {
    BlockingQueue<Boolean> validated = new LinkedBlockingQueue<>();
    try (Router router =
            Router.builder(Loopback.builder().bind())
                .accept(ECHO, new EchoService())
                .incomingFilter(incoming -> {
                  validated.add(incoming.isAddrValidated());
                  return Verdict.RETRY;
                })
                .start();
        var peer = IrohPeer.start(release)) {
      int number =
          peer.dial(router.endpoint().id(), ECHO, router.endpoint().boundSockets().getFirst());
      peer.ask("echo", number, 100_000);
      assertThat(validated).contains(false, true);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void weRefuseIroh(IrohRelease release) throws Exception {
    try (Router router = filtering(Verdict.REJECT);
        var peer = IrohPeer.start(release)) {
      JsonNode error = peer.answer(beginDial(peer, router.endpoint()));
      assertThat(error.get("kind").asText()).isEqualTo("transport");
      assertThat(error.get("by").asText()).isEqualTo("remote");
      assertThat(error.get("code").asLong()).isEqualTo(CONNECTION_REFUSED);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void weRefuseIrohAfterItHasProvedItsAddress(IrohRelease release) throws Exception {
    try (Endpoint endpoint = Loopback.builder().alpns(ECHO).bind();
        var peer = IrohPeer.start(release)) {
      String dial = beginDial(peer, endpoint);
      next(endpoint).retry();
      nextValidated(endpoint).refuse();
      assertThat(peer.answer(dial).get("code").asLong()).isEqualTo(CONNECTION_REFUSED);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void weIgnoreIroh(IrohRelease release) throws Exception {
    try (Router router = filtering(Verdict.IGNORE);
        var peer = IrohPeer.start(release, "--idle-ms", "1500")) {
      JsonNode error = peer.answer(beginDial(peer, router.endpoint()));
      assertThat(error.get("kind").asText()).isEqualTo("timed-out");
      assertThat(router.endpoint().metrics().connections().ignored()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void whatIrohAsksForCanBeSeenBeforeTheHandshake(IrohRelease release) throws Exception {
    try (Endpoint endpoint = Loopback.builder().alpns(ECHO).bind();
        var peer = IrohPeer.start(release)) {
      InetSocketAddress address = endpoint.boundSockets().getFirst();
      peer.begin("dial", endpoint.id(), IrohPeer.join(address), "other/7", ECHO);
      try (Incoming incoming = next(endpoint)) {
        ClientHelloInfo hello = incoming.peek().orElseThrow();
        assertThat(hello.alpns()).containsExactly(Alpn.of("other/7"), Alpn.of(ECHO));
        // iroh 1.0 names the id it dials, later versions send no name.
        assertThat(hello.serverName().isPresent()).isEqualTo(release == IrohRelease.V1_0_3);
        assertThat(incoming.localAddr()).isEqualTo(address);
      }
    }
  }

  private static Router filtering(Verdict verdict) throws Exception {
    return Router.builder(Loopback.builder().bind())
        .accept(ECHO, new EchoService())
        .incomingFilter(_ -> verdict)
        .start();
  }

  private static String beginDial(IrohPeer peer, Endpoint endpoint) {
    return peer.begin(
        "dial", endpoint.id(), IrohPeer.join(endpoint.boundSockets().getFirst()), ECHO);
  }

  private static Incoming next(Endpoint endpoint) throws Exception {
    return endpoint.accept(IrohPeer.PATIENCE).orElseThrow();
  }

  /** Passes over copies of the first flight, which iroh sends again when the machine is slow. */
  private static Incoming nextValidated(Endpoint endpoint) throws Exception {
    Incoming next = next(endpoint);
    while (!next.isAddrValidated()) {
      next.ignore();
      next = next(endpoint);
    }
    return next;
  }
}
