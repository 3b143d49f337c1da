package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BindOptions;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.PathEvent;
import dev.dialkey.Router;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames and probes of NAT traversal with real peers. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class NatTraversalInteropTest {
  private static final String ECHO = "dialkey/echo/0";
  private static final InetSocketAddress ELSEWHERE =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);

  private final EchoService service = new EchoService();

  /** An echo at 127.0.0.1 that can also be reached at 127.0.0.2. */
  private Router serve() throws Exception {
    Endpoint endpoint = Loopback.builder().bindAddr(ELSEWHERE, BindOptions.forPrefix(32)).bind();
    return Router.builder(endpoint).accept(ECHO, service).start();
  }

  private Connection accepted() throws Exception {
    Connection connection = service.connections.poll(20, TimeUnit.SECONDS);
    assertThat(connection).isNotNull();
    return connection;
  }

  private static InetSocketAddress address(Router router, String ip) {
    return router.endpoint().boundSockets().stream()
        .filter(socket -> socket.getAddress().getHostAddress().equals(ip))
        .findFirst()
        .orElseThrow();
  }

  /** Waits for a path beside that of the handshake. */
  private static void awaitOtherPath(Connection connection) throws Exception {
    try (var events = connection.pathEvents()) {
      while (!(events.poll(Duration.ofSeconds(20)).orElseThrow() instanceof PathEvent.Opened open)
          || open.path().id().equals(PathId.ZERO)) {
        assertThat(connection.closeReason()).isEmpty();
      }
    }
  }

  /** Frames bring them; each round trip may. */
  private static List<InetSocketAddress> candidates(Connection connection) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (connection.pathControl().remoteCandidates().isEmpty()) {
      assertThat(System.nanoTime() - deadline).isNegative();
      Transfer.whole(connection, 1_000);
    }
    return connection.pathControl().remoteCandidates();
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohTellsWhereItIs(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      var known = peer.addr().ipAddrs();
      assertThat(candidates(connection)).containsAnyElementsOf(known);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohAsksToBeProbed(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      int number = peer.dial(router.endpoint().id(), ECHO, address(router, "127.0.0.1"));
      Connection connection = accepted();
      // Whether it keeps a path to 127.0.0.2, of which we told it, is its own choice.
      peer.ask("echo", number, 1_000_000);
      try (Connection back = router.endpoint().connect(peer.addr(), ECHO)) {
        assertThat(candidates(back)).isNotEmpty();
      }
      while (connection.pathControl().remoteCandidates().isEmpty()) {
        peer.ask("echo", number, 1_000); // Its REACH_OUT comes in one of the next packets.
      }
    }
  }

  @Test
  void probeThatIsAnsweredBecomesAPath() throws Exception {
    try (var peer = NoqWire.serve("--bind", "127.0.0.1:0", "--bind", "127.0.0.2:0");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      Transfer.whole(connection, 1_000);
      connection.pathControl().probe(peer.addresses().get(1));
      awaitOtherPath(connection);
      assertThat(connection.paths().getLast().remote()).isEqualTo(peer.addresses().get(1));
    }
  }

  @Test
  void roundOfThePeerIsAnswered() throws Exception {
    try (Router router = serve();
        var peer = NoqWire.dial(router.endpoint().id(), address(router, "127.0.0.1"))) {
      peer.await("confirmed");
      Connection connection = accepted();
      peer.await("address-added", "address", SocketAddrs.format(address(router, "127.0.0.2")));
      String mine = SocketAddrs.format(connection.paths().getFirst().remote());
      peer.ask("add-address " + mine);
      peer.ask("nat-round");
      awaitOtherPath(connection);
      assertThat(connection.pathControl().remoteCandidates()).isNotEmpty();
    }
  }

  @Test
  void nothingOfItUnlessBothSpeakIt() throws Exception {
    try (var peer = NoqWire.serve("--nat-traversal", "0");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      Transfer.whole(connection, 1_000_000);
      assertThat(connection.pathControl().isSupported()).isTrue();
      assertThat(connection.pathControl().remoteCandidates()).isEmpty();
      assertThatThrownBy(() -> connection.pathControl().probe(peer.addresses().getFirst()))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
