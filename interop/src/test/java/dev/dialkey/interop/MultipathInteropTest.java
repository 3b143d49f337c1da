package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.PathEvent;
import dev.dialkey.PathInfo;
import dev.dialkey.Router;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several paths with real peers: iroh as it is, and noq told what to do. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(180)
class MultipathInteropTest {
  private static final String ECHO = "dialkey/echo/0";
  private static final long MB = 1_000_000;
  private static final String[] TWO_ADDRESSES = {"--bind", "127.0.0.1:0", "--bind", "127.0.0.2:0"};

  private final EchoService service = new EchoService();

  private Router serve() throws Exception {
    return Router.builder(Loopback.builder().bind()).accept(ECHO, service).start();
  }

  private Connection accepted() throws Exception {
    Connection connection = service.connections.poll(20, TimeUnit.SECONDS);
    assertThat(connection).isNotNull();
    return connection;
  }

  private static InetSocketAddress address(Router router) {
    return router.endpoint().boundSockets().getFirst();
  }

  /** Waits for an event of the paths. */
  private static PathEvent await(Connection connection, Predicate<PathEvent> wanted)
      throws Exception {
    try (var events = connection.pathEvents()) {
      while (true) {
        PathEvent event = events.poll(Duration.ofSeconds(20)).orElseThrow();
        if (wanted.test(event)) {
          return event;
        }
      }
    }
  }

  private static PathInfo opened(Connection connection, PathId path) throws Exception {
    PathEvent event =
        await(connection, e -> e instanceof PathEvent.Opened open && open.path().id().equals(path));
    return ((PathEvent.Opened) event).path();
  }

  private static PathInfo selected(Connection connection) {
    return connection.paths().stream().filter(PathInfo::selected).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohIsDialledAndEchoes(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      assertThat(connection.pathControl().isSupported()).isTrue();
      Transfer.whole(connection, 100 * MB);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohDialsAndIsEchoed(IrohRelease release) throws Exception {
    try (Router router = serve();
        var peer = IrohPeer.start(release)) {
      int number = peer.dial(router.endpoint().id(), ECHO, address(router));
      Connection connection = accepted();
      peer.ask("echo", number, 100 * MB);
      assertThat(connection.pathControl().isSupported()).isTrue();
    }
  }

  @Test
  void keysChangeWhileDataGoesThere() throws Exception {
    try (var peer = NoqWire.serve();
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      peer.ask("key-update-every 50");
      Transfer.whole(connection, 100 * MB);
      assertThat(peer.soFar("key-update")).hasSizeGreaterThan(2);
    }
  }

  @Test
  void pathThatWeOpenIsUsed() throws Exception {
    try (var peer = NoqWire.serve(TWO_ADDRESSES);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      PathId path = connection.pathControl().open(peer.addresses().get(1), PathStatus.AVAILABLE);
      PathInfo open = opened(connection, path);
      assertThat(open.remote()).isEqualTo(peer.addresses().get(1));
      peer.await("path-established", "path", path);
      connection.pathControl().select(path);
      Transfer.whole(connection, 20 * MB);
      assertThat(selected(connection).id()).isEqualTo(path);
      assertThat(selected(connection).stats().bytesSent()).isGreaterThan(20 * MB);
    }
  }

  @Test
  void pathThatThePeerOpensIsUsed() throws Exception {
    try (Router router = serve();
        var peer = NoqWire.dial(router.endpoint().id(), address(router))) {
      peer.await("confirmed");
      Connection connection = accepted();
      peer.ask("open 127.0.0.2:0 " + format(address(router)) + " available");
      peer.await("path-established", "path", 1);
      PathInfo open = opened(connection, new PathId(1));
      assertThat(open.remote().getAddress().getHostAddress()).isEqualTo("127.0.0.2");
      peer.ask("abandon 0 62");
      peer.ask("send " + 20 * MB);
      peer.await("echoed");
      assertThat(selected(connection).id()).isEqualTo(new PathId(1));
      assertThat(selected(connection).stats().bytesSent()).isGreaterThan(20 * MB);
    }
  }

  private static String format(InetSocketAddress address) {
    return dev.dialkey.addressing.SocketAddrs.format(address);
  }

  @Test
  void aHundredPathsInARow() throws Exception {
    try (var peer = NoqWire.serve(TWO_ADDRESSES);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      PathId before = PathId.ZERO;
      for (int i = 1; i <= 100; i++) {
        InetSocketAddress to = peer.addresses().get(i % 2);
        PathId path = connection.pathControl().open(to, PathStatus.AVAILABLE);
        opened(connection, path);
        peer.await("path-established", "path", path);
        connection.pathControl().select(path);
        connection.pathControl().close(before);
        Transfer.whole(connection, 100_000);
        before = path;
      }
      assertThat(before).isEqualTo(new PathId(100));
      assertThat(connection.paths()).hasSize(1);
    }
  }

  @Test
  void dataGoesOnWhenThePathInUseDies() throws Exception {
    try (var peer = NoqWire.serve(TWO_ADDRESSES);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      PathId spare = connection.pathControl().open(peer.addresses().get(1), PathStatus.BACKUP);
      opened(connection, spare);
      peer.await("path-established", "path", spare);
      Transfer transfer = Transfer.begin(connection, 200 * MB);
      transfer.awaitReturned(5 * MB, 20_000);
      peer.ask("mute 0 both");
      peer.ask("status 0 backup");
      long atDeath = transfer.returned();
      transfer.awaitReturned(atDeath + 5 * MB, 1_000);
      assertThat(selected(connection).id()).isEqualTo(spare);
      transfer.finish();
    }
  }

  @Test
  void lastPathAbandonedByThePeerEndsTheConnection() throws Exception {
    try (var peer = NoqWire.serve();
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      Transfer.whole(connection, 1_000);
      long start = System.nanoTime();
      peer.ask("frame 0 7e750000"); // PATH_ABANDON of path 0.
      CloseReason reason = connection.closed().get(20, TimeUnit.SECONDS);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(millis).isBetween(2_900L, 5_000L);
      assertThat(reason).isInstanceOf(CloseReason.TransportClosed.class);
      assertThat(((CloseReason.TransportClosed) reason).code()).isEqualTo(0x10);
    }
  }

  @Test
  void peerThatMovesIsFollowedWithinItsPath() throws Exception {
    try (Router router = serve();
        var peer = NoqWire.dial(router.endpoint().id(), address(router))) {
      peer.await("confirmed");
      Connection connection = accepted();
      InetSocketAddress before = selected(connection).remote();
      peer.ask("send " + 100 * MB);
      peer.ask("rebind 0");
      peer.await("echoed");
      assertThat(selected(connection).id()).isEqualTo(PathId.ZERO);
      assertThat(selected(connection).remote()).isNotEqualTo(before);
    }
  }

  @Test
  void lastPathIsNotClosedByUs() throws Exception {
    try (var peer = NoqWire.serve();
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      assertThatThrownBy(() -> connection.pathControl().close(PathId.ZERO))
          .isInstanceOf(IllegalStateException.class);
      Transfer.whole(connection, 1_000);
    }
  }

  @Test
  void withoutMultipathThereIsOnePath() throws Exception {
    try (var peer = NoqWire.serve("--no-multipath");
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      assertThat(connection.pathControl().isSupported()).isFalse();
      assertThatThrownBy(
              () -> connection.pathControl().open(peer.addresses().getFirst(), PathStatus.BACKUP))
          .isInstanceOf(IllegalStateException.class);
      Transfer.whole(connection, 10 * MB);
      assertThat(connection.paths()).hasSize(1);
    }
  }
}
