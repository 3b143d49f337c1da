package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialTimeoutException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointClosedException;
import dev.dialkey.HandshakeException;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import java.io.InterruptedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dials that are under way. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ConnectingTest {
  private static final Duration SOON = Duration.ofMillis(200);
  private static final Alpn OTHER = Alpn.of("other/1");

  @Test
  void everyAwaitGivesTheSameConnection() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      var server = Peers.accept(acceptor);
      assertThat(dial.remoteId()).isEqualTo(acceptor.id());
      assertThat(dial.toString()).contains(acceptor.id().shortString());
      List<Tasks.Task<Connection>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        waiting.add(Tasks.start(() -> dial.await(Loopback.PATIENCE)));
      }
      CompletableFuture<Connection> async = dial.awaitAsync();
      Connection client = dial.await();
      for (var task : waiting) {
        assertThat(task.get()).isSameAs(client);
      }
      assertThat(async.get(20, TimeUnit.SECONDS)).isSameAs(client);
      assertThat(dial.await()).isSameAs(client);
      assertThat(dial.await(Duration.ZERO)).isSameAs(client);
      Peers.exchange(client, server.get());
    }
  }

  @Test
  void closingItCancelsTheDial() throws Exception {
    try (Silence silence = new Silence();
        Endpoint dialler = Peers.dialler()) {
      Connecting dial = silence.dial(dialler);
      var waiting = Tasks.start(dial::await).parked();
      dial.close();
      dial.close();
      assertThat(waiting.failure()).isInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(dial::await)
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              e -> assertThat(e.reason()).isInstanceOf(CloseReason.LocallyClosed.class));
      assertThatThrownBy(() -> dial.await(Duration.ZERO))
          .isInstanceOf(ConnectionClosedException.class);
      Tasks.awaitTrue(() -> dialler.metrics().connections().handshaking() == 0);
    }
  }

  @Test
  void closingItAfterTheHandshakeClosesTheConnection() throws Exception {
    for (boolean awaited : new boolean[] {true, false}) {
      try (Endpoint acceptor = Peers.acceptor();
          Endpoint dialler = Peers.dialler()) {
        Connecting dial = Peers.dial(dialler, acceptor);
        Connection server = Peers.accept(acceptor).get();
        if (awaited) {
          dial.await();
        }
        dial.close();
        assertThat(Peers.reasonOf(server)).isInstanceOf(CloseReason.ApplicationClosed.class);
        server.close();
      }
    }
  }

  @Test
  void interruptCancelsTheDial() throws Exception {
    try (Silence silence = new Silence();
        Endpoint dialler = Peers.dialler();
        Connecting dial = silence.dial(dialler)) {
      var waiting =
          Tasks.start(() -> {
            assertThatThrownBy(dial::await).isInstanceOf(InterruptedIOException.class);
            return Thread.currentThread().isInterrupted();
          });
      waiting.parked().thread().interrupt();
      assertThat(waiting.get()).isTrue();
      assertThatThrownBy(dial::await).isInstanceOf(ConnectionClosedException.class);
    }
  }

  @Test
  void deadlineCancelsTheDialAndNamesTheAddresses() throws Exception {
    try (Silence silence = new Silence();
        Endpoint dialler = Peers.dialler();
        Connecting dial = silence.dial(dialler)) {
      assertThatThrownBy(() -> dial.await(SOON))
          .isInstanceOfSatisfying(
              DialTimeoutException.class,
              e -> {
                assertThat(e.attempts()).hasSize(1);
                assertThat(e.remoteId()).isEqualTo(dial.remoteId());
              });
      assertThatThrownBy(dial::await).isInstanceOf(ConnectionClosedException.class);
    }
  }

  @Test
  void cancelledFutureCancelsTheDial() throws Exception {
    try (Silence silence = new Silence();
        Endpoint dialler = Peers.dialler();
        Connecting dial = silence.dial(dialler)) {
      CompletableFuture<Connection> future = dial.awaitAsync();
      assertThat(future.cancel(true)).isTrue();
      Tasks.awaitTrue(() -> dialler.metrics().connections().handshaking() == 0);
      assertThatThrownBy(dial::await).isInstanceOf(ConnectionClosedException.class);
    }
  }

  @Test
  void dialThatNobodyAwaitsEndsWithTheEndpoint() throws Exception {
    try (Silence silence = new Silence();
        Endpoint acceptor = Peers.acceptor()) {
      Endpoint dialler = Peers.dialler();
      Connecting silent = silence.dial(dialler);
      Connecting answered = Peers.dial(dialler, acceptor);
      Connection server = Peers.accept(acceptor).get();
      var waiting = Tasks.start(silent::await).parked();
      dialler.close();
      assertThat(waiting.failure()).isInstanceOf(EndpointClosedException.class);
      assertThatThrownBy(silent::await).isInstanceOf(EndpointClosedException.class);
      assertThat(Peers.reasonOf(server)).isInstanceOf(CloseReason.ApplicationClosed.class);
      assertThatThrownBy(() -> Peers.dial(dialler, acceptor))
          .isInstanceOf(EndpointClosedException.class);
      answered.close();
      silent.close();
      server.close();
    }
  }

  @Test
  void peerChoosesAmongTheProtocolsThatAreOffered() throws Exception {
    try (Endpoint acceptor = Loopback.builder().alpns(OTHER).bind();
        Endpoint dialler = Peers.dialler()) {
      var options = ConnectOptions.defaults().withAlpns(Alpn.of("third/1"), OTHER);
      assertThat(options.additionalAlpns()).hasSize(2);
      assertThat(options.transport()).isEmpty();
      try (Connecting dial = dialler.dial(acceptor.addr(), Peers.ALPN, options)) {
        Connection server = Peers.accept(acceptor).get();
        assertThat(server.alpn()).isEqualTo(OTHER);
        assertThat(dial.await().alpn()).isEqualTo(OTHER);
        Peers.exchange(dial.await(), server);
        server.close();
      }
      var accepting = Peers.accept(acceptor);
      try (Connecting dial = dialler.dial(acceptor.addr(), Peers.ALPN, ConnectOptions.defaults())) {
        assertThatThrownBy(dial::await)
            .isInstanceOfSatisfying(
                HandshakeException.class, e -> assertThat(e.alert()).isEqualTo(120));
        assertThatThrownBy(dial::await).isInstanceOf(HandshakeException.class); // Its own.
        assertThat(accepting.failure()).isInstanceOf(HandshakeException.class);
      }
    }
  }

  @Test
  void preferenceIsTheAcceptors() throws Exception {
    try (Endpoint acceptor = Loopback.builder().alpns(OTHER, Peers.ALPN).bind();
        Endpoint dialler = Peers.dialler();
        Connecting dial =
            dialler.dial(acceptor.addr(), Peers.ALPN, ConnectOptions.defaults().withAlpns(OTHER))) {
      Connection server = Peers.accept(acceptor).get();
      assertThat(server.alpn()).isEqualTo(OTHER);
      assertThat(dial.await().alpn()).isEqualTo(OTHER);
      server.close();
    }
  }

  @Test
  void dialMayHaveTransportOptionsOfItsOwn() throws Exception {
    var narrow = TransportOptions.builder().maxUniStreams(1).build();
    var options = ConnectOptions.defaults().withTransport(narrow);
    assertThat(options.transport()).contains(narrow);
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler()) {
      for (boolean own : new boolean[] {true, false, true}) {
        var accepting = Peers.accept(acceptor);
        try (Connecting dial =
            dialler.dial(acceptor.addr(), Peers.ALPN, own ? options : ConnectOptions.defaults())) {
          Connection server = accepting.get();
          server.openUni(Loopback.PATIENCE);
          if (own) {
            assertThatThrownBy(() -> server.openUni(Duration.ZERO))
                .isInstanceOf(DialkeyTimeoutException.class);
          } else {
            server.openUni(Loopback.PATIENCE);
          }
          assertThat(dial.await().openUni(Duration.ZERO).id()).isEqualTo(2);
          server.close();
        }
      }
    }
  }

  @Test
  void idleTimeoutOfTheDialsOwnOptionsEndsIt() throws Exception {
    var impatient = TransportOptions.builder().maxIdleTimeout(SOON).build();
    try (Silence silence = new Silence();
        Endpoint dialler = Peers.dialler();
        Connecting dial =
            dialler.dial(
                silence.addr(), Peers.ALPN, ConnectOptions.defaults().withTransport(impatient))) {
      assertThatThrownBy(dial::await).isInstanceOf(DialTimeoutException.class);
    }
  }

  /** A peer that never answers. */
  private static final class Silence implements AutoCloseable {
    private final DatagramSocket socket;

    Silence() throws Exception {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    EndpointAddr addr() {
      return EndpointAddr.of(Peers.someId())
          .withIp((InetSocketAddress) socket.getLocalSocketAddress());
    }

    Connecting dial(Endpoint dialler) throws Exception {
      return dialler.dial(addr(), Peers.ALPN, ConnectOptions.defaults());
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
