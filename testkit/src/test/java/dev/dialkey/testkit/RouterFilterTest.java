package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Accepting;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.ProtocolHandler;
import dev.dialkey.Router;
import dev.dialkey.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whom a router lets in, and how far. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class RouterFilterTest {
  private static final long CONNECTION_REFUSED = 2;
  private static final Duration SOON = Duration.ofMillis(400);

  @Test
  void eachVerdictIsCarriedOut() throws Exception {
    Verdict[] verdict = new Verdict[1];
    List<Incoming> seen = new CopyOnWriteArrayList<>();
    try (Router router =
            router(incoming -> {
              seen.add(incoming);
              return verdict[0];
            });
        Endpoint dialler = Peers.dialler()) {
      verdict[0] = Verdict.ACCEPT;
      try (Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
        assertServed(client);
      }
      verdict[0] = Verdict.REJECT;
      assertRefused(() -> dialler.connect(router.endpoint().addr(), Peers.ALPN));
      verdict[0] = Verdict.IGNORE;
      assertThatThrownBy(() -> dialler.connect(router.endpoint().addr(), Peers.ALPN, SOON))
          .isInstanceOf(DialTimeoutException.class);
      assertThat(seen).hasSize(3); // Repetitions of the ignored flight do not come up again.
      assertThat(router.endpoint().metrics().connections().refused()).isEqualTo(1);
      assertThat(router.endpoint().metrics().connections().ignored()).isEqualTo(1);
      assertThat(router.endpoint().metrics().connections().accepted()).isEqualTo(1);
    }
  }

  @Test
  void filterThatThrowsRejectsAndTheRouterGoesOn() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (Warnings warnings = Warnings.of("dev.dialkey.router");
        Router router =
            router(incoming -> {
              if (asked.getAndIncrement() < 2) {
                throw new IllegalStateException("a bug");
              }
              return Verdict.ACCEPT;
            });
        Endpoint dialler = Peers.dialler()) {
      assertRefused(() -> dialler.connect(router.endpoint().addr(), Peers.ALPN));
      assertRefused(() -> dialler.connect(router.endpoint().addr(), Peers.ALPN));
      try (Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
        assertServed(client);
      }
      assertThat(warnings.taken()).hasSize(2).allMatch(warning -> warning.contains("filter"));
      assertThat(router.failure()).isEmpty();
    }
  }

  @Test
  void slowFilterHoldsUpNobodyElse() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    try (Router router =
            router(incoming -> {
              if (asked.getAndIncrement() == 0) {
                await(release);
              }
              return Verdict.ACCEPT;
            });
        Endpoint dialler = Peers.dialler()) {
      var held = dialler.connectAsync(router.endpoint().addr(), Peers.ALPN);
      Tasks.awaitTrue(() -> asked.get() == 1);
      try (Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
        assertServed(client);
      }
      release.countDown();
      try (Connection client = held.get(20, TimeUnit.SECONDS)) {
        assertServed(client);
      }
    }
  }

  private static Router router(Function<Incoming, Verdict> filter) throws IOException {
    return Router.builder(Loopback.builder().bind())
        .accept(Peers.ALPN, RouterFilterTest::greetAndWait)
        .incomingFilter(filter)
        .start();
  }

  private static void greetAndWait(Connection connection) throws Exception {
    try (var send = connection.openUni()) {
      send.write(new byte[] {1});
      send.finish();
    }
    connection.closed().get();
  }

  private static void assertServed(Connection client) throws Exception {
    assertThat(client.acceptUni(Loopback.PATIENCE).readAll(1)).containsExactly(1);
  }

  private static void assertRefused(Tasks.Action dial) {
    assertThatThrownBy(dial::run)
        .isInstanceOfSatisfying(
            ConnectionClosedException.class,
            e ->
                assertThat(e.reason())
                    .isInstanceOfSatisfying(
                        CloseReason.TransportClosed.class,
                        reason -> assertThat(reason.code()).isEqualTo(CONNECTION_REFUSED)));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void connectionsBeyondTheBoundAreRefusedUntilOneEnds() throws Exception {
    try (Router router =
            Router.builder(Loopback.builder().bind())
                .accept(Peers.ALPN, RouterFilterTest::greetAndWait)
                .maxConnections(2)
                .start();
        Endpoint dialler = Peers.dialler()) {
      var addr = router.endpoint().addr();
      try (Connection first = dialler.connect(addr, Peers.ALPN);
          Connection second = dialler.connect(addr, Peers.ALPN)) {
        assertServed(first);
        assertServed(second);
        assertRefused(() -> dialler.connect(addr, Peers.ALPN));
        assertRefused(() -> dialler.connect(addr, Peers.ALPN));
        first.close();
        Tasks.awaitTrue(() -> isServed(dialler, router));
        assertThat(second.closeReason()).isEmpty();
      }
    }
  }

  private static boolean isServed(Endpoint dialler, Router router) {
    try (Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
      assertServed(client);
      return true;
    } catch (ConnectionClosedException e) {
      return false; // The former handler is still on its way out.
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void asManyAsTheBoundAreServedHoweverManyDialAtOnce() throws Exception {
    for (int round = 0; round < Size.of(10, 300); round++) {
      try (Router router =
              Router.builder(Loopback.builder().bind())
                  .accept(Peers.ALPN, RouterFilterTest::greetAndWait)
                  .maxConnections(3)
                  .start();
          Endpoint dialler = Peers.dialler()) {
        List<CompletableFuture<Connection>> dials = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          dials.add(dialler.connectAsync(router.endpoint().addr(), Peers.ALPN));
        }
        int served = 0;
        for (var dial : dials) {
          served += dial.handle((client, failure) -> client == null ? 0 : 1).get();
        }
        assertThat(served).isEqualTo(3);
        assertThat(router.endpoint().metrics().connections().refused()).isEqualTo(13);
      }
    }
  }

  @Test
  void boundIsChecked() throws Exception {
    try (Endpoint endpoint = Loopback.builder().bind()) {
      assertThatThrownBy(() -> Router.builder(endpoint).maxConnections(0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** A handler that takes part in the handshake's end. */
  private abstract static class Early implements ProtocolHandler {
    final List<String> calls = new CopyOnWriteArrayList<>();

    @Override
    public void accept(Connection connection) throws Exception {
      calls.add("accept");
      greetAndWait(connection);
    }
  }

  @Test
  void handlerSeesTheHandshakeBeforeTheConnection() throws Exception {
    Early handler =
        new Early() {
          @Override
          public Connection onAccepting(Accepting accepting) throws IOException {
            calls.add("accepting " + accepting.alpn());
            return accepting.await();
          }
        };
    try (Router router =
            Router.builder(Loopback.builder().bind()).accept(Peers.ALPN, handler).start();
        Endpoint dialler = Peers.dialler();
        Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
      assertServed(client);
      assertThat(handler.calls).containsExactly("accepting " + Peers.ALPN, "accept");
    }
  }

  @Test
  void handlerThatGivesAHandshakeUpIsNotGivenTheConnection() throws Exception {
    for (boolean checked : new boolean[] {true, false}) {
      List<Throwable> uncaught = new CopyOnWriteArrayList<>();
      var before = Thread.getDefaultUncaughtExceptionHandler();
      Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
      Early handler =
          new Early() {
            @Override
            public Connection onAccepting(Accepting accepting) throws IOException {
              if (checked) {
                throw new IOException("not wanted");
              }
              throw new IllegalStateException("a bug");
            }
          };
      try (Router router =
              Router.builder(Loopback.builder().bind()).accept(Peers.ALPN, handler).start();
          Endpoint dialler = Peers.dialler()) {
        for (int i = 0; i < 2; i++) { // It goes on after a failure.
          try (Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
            assertThat(Peers.reasonOf(client)).isInstanceOf(CloseReason.ApplicationClosed.class);
          }
        }
        assertThat(handler.calls).isEmpty();
      } finally {
        Thread.setDefaultUncaughtExceptionHandler(before);
      }
      assertThat(uncaught).isEmpty();
    }
  }
}
