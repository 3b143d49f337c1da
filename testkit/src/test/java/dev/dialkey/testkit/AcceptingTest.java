package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Accepting;
import dev.dialkey.CloseReason;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.IncomingAddr;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Handshakes with those who dial. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class AcceptingTest {
  private static final Duration SOON = Duration.ofMillis(200);

  @Test
  void everyAwaitGivesTheSameConnection() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Incoming incoming = Peers.next(acceptor);
      Accepting accepting = incoming.accept();
      assertThat(accepting.remoteAddr()).isEqualTo(incoming.remoteAddr());
      List<Tasks.Task<Connection>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        waiting.add(Tasks.start(() -> accepting.await(Loopback.PATIENCE)));
      }
      var alpn = Tasks.start(accepting::alpn);
      Connection server = accepting.awaitAsync().get(20, TimeUnit.SECONDS);
      for (var task : waiting) {
        assertThat(task.get()).isSameAs(server);
      }
      assertThat(alpn.get()).isEqualTo(Peers.ALPN).isEqualTo(server.alpn());
      assertThat(accepting.await(Duration.ZERO)).isSameAs(server);
      Peers.exchange(dial.await(), server);
      server.close();
      assertThat(accepting.alpn()).isEqualTo(Peers.ALPN); // Keeps answering.
      assertThat(accepting.await()).isSameAs(server);
    }
  }

  @Test
  void protocolIsKnownBeforeTheConnectionIsTaken() throws Exception {
    try (Endpoint acceptor = Loopback.builder().alpns("one/1", "test/1").bind();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Accepting accepting = Peers.next(acceptor).accept();
      assertThat(accepting.alpn()).isEqualTo(Peers.ALPN);
      accepting.close();
      // The client may have come through before it was given up.
      assertThatThrownBy(() -> dial.await().acceptBi())
          .isInstanceOf(ConnectionClosedException.class);
    }
  }

  @Test
  void closingItAfterTheHandshakeClosesTheConnection() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Accepting accepting = Peers.next(acceptor).accept();
      Connection server = accepting.await(Loopback.PATIENCE);
      Connection client = dial.await();
      accepting.close();
      assertThat(Peers.reasonOf(server)).isEqualTo(new CloseReason.LocallyClosed());
      assertThat(Peers.reasonOf(client)).isInstanceOf(CloseReason.ApplicationClosed.class);
    }
  }

  @Test
  void closingItEndsTheWait() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Stranger stranger = new Stranger(acceptor)) {
      Accepting accepting = Peers.next(acceptor).accept();
      var first = Tasks.start(accepting::await).parked();
      var second = Tasks.start(accepting::alpn).parked();
      accepting.close();
      accepting.close();
      assertThat(first.failure())
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              e -> assertThat(e.reason()).isInstanceOf(CloseReason.LocallyClosed.class));
      assertThat(second.failure()).isInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(accepting::await).isInstanceOf(ConnectionClosedException.class);
      assertThat(accepting.remoteAddr()).isEqualTo(stranger.addr());
    }
  }

  @Test
  void deadlineGivesTheHandshakeUp() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Stranger stranger = new Stranger(acceptor)) {
      Accepting accepting = Peers.next(acceptor).accept();
      assertThat(accepting.remoteAddr()).isEqualTo(stranger.addr());
      assertThatThrownBy(() -> accepting.await(SOON)).isInstanceOf(DialkeyTimeoutException.class);
      assertThatThrownBy(accepting::await).isInstanceOf(ConnectionClosedException.class);
      Tasks.awaitTrue(() -> acceptor.metrics().connections().handshaking() == 0);
    }
  }

  @Test
  void interruptGivesTheHandshakeUp() throws Exception {
    for (boolean forAlpn : new boolean[] {true, false}) {
      try (Endpoint acceptor = Peers.acceptor();
          Stranger stranger = new Stranger(acceptor)) {
        Accepting accepting = Peers.next(acceptor).accept();
        assertThat(accepting.remoteAddr()).isEqualTo(stranger.addr());
        var waiting =
            Tasks.start(() -> {
              assertThatThrownBy(() -> wait(accepting, forAlpn))
                  .isInstanceOf(InterruptedIOException.class);
              return Thread.currentThread().isInterrupted();
            });
        waiting.parked().thread().interrupt();
        assertThat(waiting.get()).isTrue();
        assertThatThrownBy(accepting::await).isInstanceOf(ConnectionClosedException.class);
      }
    }
  }

  private static Object wait(Accepting accepting, boolean forAlpn) throws Exception {
    return forAlpn ? accepting.alpn() : accepting.await();
  }

  @Test
  void cancelledFutureGivesTheHandshakeUp() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Stranger stranger = new Stranger(acceptor)) {
      Accepting accepting = Peers.next(acceptor).accept();
      assertThat(accepting.remoteAddr()).isEqualTo(stranger.addr());
      CompletableFuture<Connection> future = accepting.awaitAsync();
      assertThat(future.cancel(true)).isTrue();
      Tasks.awaitTrue(() -> acceptor.metrics().connections().handshaking() == 0);
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void closingTheEndpointEndsTheWait() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Stranger stranger = new Stranger(acceptor)) {
      Accepting accepting = Peers.next(acceptor).accept();
      var waiting = Tasks.start(accepting::await).parked();
      acceptor.close(SOON);
      assertThat(waiting.failure()).isInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(accepting::alpn).isInstanceOf(ConnectionClosedException.class);
      assertThat(accepting.remoteAddr()).isEqualTo(stranger.addr());
    }
  }

  /** A dialler that begins a handshake and hears nothing of the answer. */
  private static final class Stranger implements AutoCloseable {
    private final Forwarder forwarder;
    private final Endpoint dialler = Peers.dialler();

    Stranger(Endpoint acceptor) throws Exception {
      forwarder = new Forwarder(acceptor);
      forwarder.mute();
      dialler.dial(forwarder.addr(), Peers.ALPN, ConnectOptions.defaults());
    }

    IncomingAddr addr() {
      return new IncomingAddr.Ip(forwarder.seenFrom());
    }

    @Override
    public void close() {
      dialler.close();
      forwarder.close();
    }
  }
}
