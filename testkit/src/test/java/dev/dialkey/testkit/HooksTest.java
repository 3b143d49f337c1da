package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.ConnectionRef;
import dev.dialkey.Decision;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointHooks;
import dev.dialkey.RejectedLocallyException;
import dev.dialkey.Side;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hooks have a say in every connection. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class HooksTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();

  /** Notes its calls, and decides as it is told. */
  private final class Noting implements EndpointHooks {
    private final String name;
    private final Decision before;
    private final Decision after;

    Noting(String name, Decision before, Decision after) {
      this.name = name;
      this.before = before;
      this.after = after;
    }

    @Override
    public Decision beforeConnect(EndpointAddr addr, Alpn alpn) {
      calls.add(name + " before " + alpn);
      return before;
    }

    @Override
    public Decision afterHandshake(Connection connection) {
      calls.add(name + " after " + connection.side() + " " + connection.alpn());
      return after;
    }
  }

  private Noting accepting(String name) {
    return new Noting(name, Decision.accept(), Decision.accept());
  }

  @Test
  void hooksAreAskedInTheirOrderOnBothSides() throws Exception {
    try (Endpoint acceptor =
            Loopback.builder()
                .alpns(Peers.ALPN)
                .hooks(accepting("s1"))
                .hooks(accepting("s2"))
                .bind();
        Endpoint dialler = Loopback.builder().hooks(accepting("c1")).hooks(accepting("c2")).bind();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      String alpn = Peers.ALPN.toString();
      assertThat(calls).containsExactly("c1 before " + alpn, "c2 before " + alpn);
      calls.clear();
      Connection server = Peers.accept(acceptor).get();
      assertThat(calls).containsExactly("s1 after SERVER " + alpn, "s2 after SERVER " + alpn);
      calls.clear();
      Connection client = dial.await();
      client.close();
      dial.await();
      dial.await(); // They are asked once per connection.
      assertThat(calls).containsExactly("c1 after CLIENT " + alpn, "c2 after CLIENT " + alpn);
      server.close();
    }
  }

  @Test
  void rejectionBeforeTheHandshakeSendsNothing() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler =
            Loopback.builder()
                .hooks(accepting("1"))
                .hooks(new Noting("2", Decision.reject(7, "no"), Decision.accept()))
                .hooks(accepting("3"))
                .bind()) {
      assertThatThrownBy(() -> Peers.dial(dialler, acceptor))
          .isInstanceOfSatisfying(
              RejectedLocallyException.class,
              e -> assertThat(e.remoteId()).isEqualTo(acceptor.id()));
      assertThatThrownBy(() -> dialler.connect(acceptor.addr(), Peers.ALPN))
          .isInstanceOf(RejectedLocallyException.class);
      assertThat(calls).hasSize(4).noneMatch(call -> call.startsWith("3"));
      assertThat(dialler.metrics().socket().datagramsSent()).isZero();
      assertThat(dialler.metrics().connections().dialled()).isZero();
    }
  }

  @Test
  void rejectionAfterTheHandshakeClosesADialWithItsCode() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler =
            Loopback.builder()
                .hooks(new Noting("1", Decision.accept(), Decision.reject(9, "not you")))
                .hooks(accepting("2"))
                .bind()) {
      var accepted = Peers.accept(acceptor);
      try (Connecting dial = Peers.dial(dialler, acceptor)) {
        var waiting = List.of(Tasks.start(dial::await), Tasks.start(dial::await));
        for (var task : waiting) {
          assertThat(task.failure()).isInstanceOf(RejectedLocallyException.class);
        }
        assertThatThrownBy(dial::await).isInstanceOf(RejectedLocallyException.class);
      }
      Connection server = accepted.get();
      assertThat(Peers.reasonOf(server))
          .isEqualTo(
              new CloseReason.ApplicationClosed(9, "not you".getBytes(StandardCharsets.UTF_8)));
      assertThat(calls).filteredOn(call -> call.contains("after")).hasSize(1);
      server.close();
    }
  }

  @Test
  void rejectionAfterTheHandshakeClosesADiallerWithItsCode() throws Exception {
    try (Endpoint acceptor =
            Loopback.builder()
                .alpns(Peers.ALPN)
                .hooks(new Noting("1", Decision.reject(), Decision.reject(11, "full")))
                .hooks(accepting("2"))
                .bind();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      var accepting = Peers.next(acceptor).accept();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(accepting::await)
            .isInstanceOfSatisfying(
                ConnectionClosedException.class,
                e -> assertThat(e.reason()).isInstanceOf(CloseReason.LocallyClosed.class));
      }
      Connection client = dial.await();
      assertThat(Peers.reasonOf(client))
          .isEqualTo(
              new CloseReason.ApplicationClosed(11, "full".getBytes(StandardCharsets.UTF_8)));
      assertThat(calls).hasSize(1);
      client.close();
    }
  }

  private static final class Failing implements EndpointHooks {
    private final boolean before;

    Failing(boolean before) {
      this.before = before;
    }

    @Override
    public Decision beforeConnect(EndpointAddr addr, Alpn alpn) {
      if (before) {
        throw new IllegalStateException("a bug");
      }
      return Decision.accept();
    }

    @Override
    public Decision afterHandshake(Connection connection) {
      throw new IllegalStateException("a bug");
    }
  }

  @Test
  void hookThatThrowsRejectsWithCodeZero() throws Exception {
    for (boolean before : new boolean[] {true, false}) {
      try (Warnings warnings = Warnings.of("dev.dialkey.hooks");
          Endpoint acceptor = Peers.acceptor();
          Endpoint dialler = Loopback.builder().hooks(new Failing(before)).bind()) {
        var accepted = before ? null : Peers.accept(acceptor);
        assertThatThrownBy(() -> dialler.connect(acceptor.addr(), Peers.ALPN))
            .isInstanceOf(RejectedLocallyException.class);
        if (accepted != null) {
          Connection server = accepted.get();
          assertThat(Peers.reasonOf(server))
              .isEqualTo(new CloseReason.ApplicationClosed(0, new byte[0]));
          server.close();
        }
        assertThat(warnings.taken()).singleElement().asString().contains("hook");
      }
    }
  }

  @Test
  void hookThatThrowsAnErrorRejectsForEveryWaiter() throws Exception {
    EndpointHooks broken =
        new EndpointHooks() {
          @Override
          public Decision afterHandshake(Connection connection) {
            throw new AssertionError("a bug in a hook");
          }
        };
    try (Warnings warnings = Warnings.of("dev.dialkey.hooks");
        Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Loopback.builder().hooks(broken).bind()) {
      var accepted = Peers.accept(acceptor);
      try (Connecting dial = Peers.dial(dialler, acceptor)) {
        List<Tasks.Task<Connection>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          waiting.add(Tasks.start(dial::await));
        }
        for (var task : waiting) {
          assertThat(task.failure()).isInstanceOf(RejectedLocallyException.class);
        }
      }
      Connection server = accepted.get();
      assertThat(Peers.reasonOf(server)).isInstanceOf(CloseReason.ApplicationClosed.class);
      server.close();
      assertThat(warnings.taken()).hasSize(1); // It was asked once.
    }
  }

  @Test
  void slowHookHoldsUpItsOwnConnectionAlone() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    EndpointHooks slow =
        new EndpointHooks() {
          @Override
          public Decision afterHandshake(Connection connection) {
            if (asked.getAndIncrement() == 0) {
              await(release);
            }
            return Decision.accept();
          }
        };
    try (Endpoint acceptor = Loopback.builder().alpns(Peers.ALPN).hooks(slow).bind();
        Endpoint dialler = Peers.dialler();
        Connecting first = Peers.dial(dialler, acceptor)) {
      var accepting = Peers.next(acceptor).accept();
      var held = Tasks.start(accepting::await);
      Tasks.awaitTrue(() -> asked.get() == 1);
      assertThatThrownBy(() -> accepting.await(Duration.ofMillis(50)))
          .isInstanceOf(dev.dialkey.DialkeyTimeoutException.class);
      try (Connecting second = Peers.dial(dialler, acceptor);
          Connection server = Peers.next(acceptor).accept().await(Loopback.PATIENCE)) {
        Peers.exchange(second.await(), server);
      }
      release.countDown();
      Peers.exchange(first.await(), held.get());
      held.get().close();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void interruptWhileAnotherThreadAsksTheHooksLeavesTheConnectionAlone() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    EndpointHooks slow =
        new EndpointHooks() {
          @Override
          public Decision afterHandshake(Connection connection) {
            asked.countDown();
            await(release);
            return Decision.accept();
          }
        };
    try (Endpoint acceptor = Loopback.builder().alpns(Peers.ALPN).hooks(slow).bind();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      var accepting = Peers.next(acceptor).accept();
      var held = Tasks.start(accepting::await);
      await(asked);
      var other = Tasks.start(accepting::await).parked();
      other.thread().interrupt();
      assertThat(other.failure()).isInstanceOf(InterruptedIOException.class);
      release.countDown();
      Peers.exchange(dial.await(), held.get());
      held.get().close();
    }
  }

  @Test
  void hookMayKeepAReference() throws Exception {
    List<ConnectionRef> kept = new CopyOnWriteArrayList<>();
    EndpointHooks keeping =
        new EndpointHooks() {
          @Override
          public Decision afterHandshake(Connection connection) {
            kept.add(connection.ref());
            return Decision.accept();
          }
        };
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Loopback.builder().hooks(keeping).bind();
        Connecting dial = dialler.dial(acceptor.addr(), Peers.ALPN, ConnectOptions.defaults())) {
      Connection server = Peers.accept(acceptor).get();
      Connection client = dial.await();
      ConnectionRef ref = kept.getFirst();
      assertThat(ref.get()).containsSame(client);
      assertThat(ref.remoteId()).isEqualTo(acceptor.id());
      assertThat(ref.connectionId()).isEqualTo(client.connectionId());
      assertThat(client.side()).isEqualTo(Side.CLIENT);
      assertThat(ref.closed()).isNotDone();
      ref.closed().cancel(true); // A future of the caller's own.
      server.close(4, "bye");
      assertThat(ref.closed().get(20, java.util.concurrent.TimeUnit.SECONDS))
          .isInstanceOf(CloseReason.ApplicationClosed.class);
      assertThat(ref.get()).isEmpty();
      assertThat(ref.remoteId()).isEqualTo(acceptor.id());
    }
  }

  @Test
  void decisionsCheckWhatTheyCarry() {
    assertThatThrownBy(() -> Decision.reject(-1, "")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Decision.reject(1L << 62, ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Decision.reject(0, "x".repeat(1_024)))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] reason = {1};
    var decision = new Decision.Reject(1, reason);
    reason[0] = 2;
    assertThat(decision.reason()).containsExactly(1);
    decision.reason()[0] = 3;
    assertThat(decision).isEqualTo(new Decision.Reject(1, new byte[] {1}));
    assertThat(Decision.accept()).isEqualTo(Decision.accept());
  }
}
