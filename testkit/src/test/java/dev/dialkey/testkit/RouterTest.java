package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.HandshakeException;
import dev.dialkey.ProtocolHandler;
import dev.dialkey.Router;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class RouterTest {

  @Test
  void everyProtocolHasItsHandler() throws Exception {
    try (Router router =
            Router.builder(Loopback.builder().bind())
                .accept("one/1", connection -> greet(connection, 1))
                .accept("two/1", connection -> greet(connection, 2))
                .start();
        Endpoint dialler = Loopback.builder().bind()) {
      for (int i = 1; i <= 2; i++) {
        String alpn = i == 1 ? "one/1" : "two/1";
        try (Connection client = dialler.connect(router.endpoint().addr(), alpn)) {
          assertThat(client.acceptUni(Loopback.PATIENCE).readAll(1)).containsExactly(i);
        }
      }
      assertThatThrownBy(() -> dialler.connect(router.endpoint().addr(), "three/1"))
          .isInstanceOf(HandshakeException.class);
      assertThat(router.failure()).isEmpty();
    }
  }

  private static void greet(Connection connection, int greeting) throws Exception {
    try (var send = connection.openUni()) {
      send.write(new byte[] {(byte) greeting});
      send.finish();
    }
    connection.closed().get(20, TimeUnit.SECONDS);
  }

  @Test
  void connectionIsClosedWithCodeZeroWhenItsHandlerReturns() throws Exception {
    assertThat(codeAfter(connection -> {})).isZero();
  }

  @Test
  void connectionIsClosedWithCodeOneWhenItsHandlerFails() throws Exception {
    assertThat(
            codeAfter(connection -> {
              throw new IOException("refused to serve");
            }))
        .isEqualTo(1);
    assertThat(
            codeAfter(connection -> {
              throw new IllegalStateException("a bug");
            }))
        .isEqualTo(1);
  }

  private static long codeAfter(ProtocolHandler handler) throws Exception {
    try (Router router = Router.builder(Loopback.builder().bind()).accept("t/1", handler).start();
        Endpoint dialler = Loopback.builder().bind()) {
      long last = -1;
      for (int i = 0; i < 3; i++) { // It goes on after a failure.
        try (Connection client = dialler.connect(router.endpoint().addr(), "t/1")) {
          last = code(client);
        }
      }
      return last;
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void closeInterruptsHandlersAndPeersSeeCodeZero() throws Exception {
    CountDownLatch entered = new CountDownLatch(3);
    AtomicInteger interrupted = new AtomicInteger();
    AtomicInteger shutDown = new AtomicInteger();
    ProtocolHandler handler =
        new ProtocolHandler() {
          @Override
          public void accept(Connection connection) throws Exception {
            entered.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.incrementAndGet();
              throw e;
            }
          }

          @Override
          public void shutdown() {
            shutDown.incrementAndGet();
          }
        };
    try (Router router = Router.builder(Loopback.builder().bind()).accept("t/1", handler).start();
        Endpoint dialler = Loopback.builder().bind()) {
      List<Connection> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        clients.add(dialler.connect(router.endpoint().addr(), "t/1"));
      }
      assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
      router.close();
      router.close();
      assertThat(interrupted).hasValue(3);
      assertThat(shutDown).hasValue(1);
      assertThat(router.isShutdown()).isTrue();
      assertThat(router.endpoint().isClosed()).isTrue();
      for (Connection client : clients) {
        assertThat(code(client)).isZero();
      }
    }
  }

  @Test
  void handlerMayCloseTheRouter() throws Exception {
    Router[] self = new Router[1];
    CountDownLatch started = new CountDownLatch(1);
    self[0] =
        Router.builder(Loopback.builder().bind())
            .accept(
                "t/1",
                connection -> {
                  started.await();
                  self[0].close();
                })
            .start();
    started.countDown();
    try (Endpoint dialler = Loopback.builder().bind();
        Connection client = dialler.connect(self[0].endpoint().addr(), "t/1")) {
      assertThat(code(client)).isZero();
      self[0].endpoint().closed().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void closingWhileOthersDialLeavesNothingBehind() throws Exception {
    for (int round = 0; round < Size.of(5, 200); round++) {
      List<Throwable> uncaught = new java.util.concurrent.CopyOnWriteArrayList<>();
      var before = Thread.getDefaultUncaughtExceptionHandler();
      Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
      try (Endpoint dialler = Loopback.builder().bind()) {
        Router router =
            Router.builder(Loopback.builder().bind())
                .accept("t/1", connection -> connection.acceptBi())
                .start();
        var addr = router.endpoint().addr();
        var dials = new ArrayList<java.util.concurrent.CompletableFuture<Connection>>();
        for (int i = 0; i < 20; i++) {
          dials.add(dialler.connectAsync(addr, "t/1"));
        }
        if (round % 2 == 0) {
          dials.getFirst().handle((connection, failure) -> 0).get(20, TimeUnit.SECONDS);
        }
        router.close();
        dials.forEach(dial -> dial.cancel(true));
      } finally {
        Thread.setDefaultUncaughtExceptionHandler(before);
      }
      assertThat(uncaught).isEmpty();
    }
  }

  @Test
  void routerWithoutHandlersOrWithTwoForOneProtocolIsRefused() throws Exception {
    try (Endpoint endpoint = Loopback.builder().bind()) {
      var builder = Router.builder(endpoint);
      assertThatThrownBy(builder::start).isInstanceOf(IllegalStateException.class);
      builder.accept("t/1", connection -> {});
      assertThatThrownBy(() -> builder.accept("t/1", connection -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static long code(Connection connection) throws Exception {
    return ((CloseReason.ApplicationClosed) connection.closed().get(20, TimeUnit.SECONDS)).code();
  }
}
