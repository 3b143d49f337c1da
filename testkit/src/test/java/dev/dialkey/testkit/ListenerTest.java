package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionInfo;
import dev.dialkey.ConnectionStats;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointListener;
import dev.dialkey.HandshakeException;
import dev.dialkey.HandshakeInfo;
import dev.dialkey.Side;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a listener of an endpoint is told. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ListenerTest {
  private static final int MAX_CALLS = 1_024;

  /** Writes down what it is told, and by how many threads at a time. */
  private static class Diary implements EndpointListener {
    final List<String> told = new CopyOnWriteArrayList<>();
    final List<HandshakeInfo> handshakes = new CopyOnWriteArrayList<>();
    final List<ConnectionInfo> connections = new CopyOnWriteArrayList<>();
    final List<CloseReason> reasons = new CopyOnWriteArrayList<>();
    final List<ConnectionStats> stats = new CopyOnWriteArrayList<>();
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();

    void note(String what, long id) {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      told.add(what + " " + id);
      inside.decrementAndGet();
    }

    @Override
    public void handshakeStarted(HandshakeInfo handshake) {
      handshakes.add(handshake);
      note("started", handshake.connectionId());
    }

    @Override
    public void handshakeSucceeded(HandshakeInfo handshake) {
      note("succeeded", handshake.connectionId());
    }

    @Override
    public void handshakeFailed(HandshakeInfo handshake, CloseReason reason) {
      reasons.add(reason);
      note("failed", handshake.connectionId());
    }

    @Override
    public void connectionOpened(ConnectionInfo connection) {
      connections.add(connection);
      note("opened", connection.connectionId());
    }

    @Override
    public void connectionClosed(
        ConnectionInfo connection, CloseReason reason, ConnectionStats totals) {
      reasons.add(reason);
      stats.add(totals);
      note("closed", connection.connectionId());
    }
  }

  @Test
  void everyStartIsFollowedByItsEnd() throws Exception {
    Diary client = new Diary();
    Diary server = new Diary();
    try (Endpoint acceptor = Loopback.builder().alpns(Peers.ALPN).listener(server).bind();
        Endpoint dialler = Loopback.builder().listener(client).bind();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Connection accepted = Peers.accept(acceptor).get();
      Connection dialled = dial.await();
      Peers.exchange(dialled, accepted);
      accepted.close(5, "bye");
      long id = dialled.connectionId();
      Tasks.awaitTrue(() -> client.told.size() == 4 && server.told.size() == 4);
      assertThat(client.told)
          .containsExactly("started " + id, "succeeded " + id, "opened " + id, "closed " + id);
      assertThat(server.told.getLast()).isEqualTo("closed " + accepted.connectionId());
      assertThat(client.handshakes)
          .containsExactly(new HandshakeInfo(id, Side.CLIENT, Optional.of(acceptor.id())));
      assertThat(server.handshakes.getFirst().dialled()).isEmpty();
      assertThat(client.connections)
          .containsExactly(new ConnectionInfo(id, Side.CLIENT, acceptor.id(), Peers.ALPN));
      assertThat(server.connections.getFirst().remoteId()).isEqualTo(dialler.id());
      assertThat(client.reasons).isEqualTo(List.of(Peers.reasonOf(dialled)));
      assertThat(server.reasons).containsExactly(new CloseReason.LocallyClosed());
      assertThat(client.stats.getFirst().bytesReceived()).isGreaterThan(3_000);
    }
  }

  @Test
  void failedHandshakeIsToldWithItsReason() throws Exception {
    Diary client = new Diary();
    Diary server = new Diary();
    try (Endpoint acceptor = Loopback.builder().alpns(Peers.ALPN).listener(server).bind();
        Endpoint dialler = Loopback.builder().listener(client).bind();
        Connecting dial =
            dialler.dial(acceptor.addr(), Alpn.of("other/1"), ConnectOptions.defaults())) {
      var accepting = Peers.accept(acceptor);
      assertThatThrownBy(dial::await).isInstanceOf(HandshakeException.class);
      assertThat(accepting.failure()).isInstanceOf(HandshakeException.class);
      for (Diary diary : List.of(client, server)) {
        Tasks.awaitTrue(() -> diary.told.size() == 2);
        assertThat(diary.told.get(0)).startsWith("started");
        assertThat(diary.told.get(1)).startsWith("failed");
        assertThat(diary.reasons).singleElement().isInstanceOf(CloseReason.TransportClosed.class);
      }
    }
  }

  @Test
  void endsAreToldWhenTheEndpointIsClosed() throws Exception {
    Diary diary = new Diary();
    try (Endpoint acceptor = Peers.acceptor();
        Silence silence = new Silence()) {
      Endpoint dialler = Loopback.builder().listener(diary).bind();
      Connecting silent = silence.dial(dialler);
      Connecting answered = Peers.dial(dialler, acceptor);
      Connection server = Peers.accept(acceptor).get();
      answered.await();
      dialler.close();
      Tasks.awaitTrue(() -> diary.told.size() == 6);
      assertThat(diary.told).filteredOn(call -> call.startsWith("failed")).hasSize(1);
      assertThat(diary.told).filteredOn(call -> call.startsWith("closed")).hasSize(1);
      assertThat(diary.reasons).containsOnly(new CloseReason.LocallyClosed());
      silent.close();
      server.close();
    }
  }

  @Test
  void callsOfOneListenerNeverOverlap() throws Exception {
    Diary diary = new Diary();
    try (Endpoint acceptor = Loopback.builder().loops(2).alpns(Peers.ALPN).listener(diary).bind();
        Endpoint dialler = Loopback.builder().loops(2).listener(diary).bind()) {
      List<Connection> connections = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        var accepting = Peers.accept(acceptor);
        connections.add(dialler.connect(acceptor.addr(), Peers.ALPN));
        connections.add(accepting.get());
      }
      connections.forEach(Connection::close);
      Tasks.awaitTrue(() -> diary.told.size() == 80);
      for (HandshakeInfo handshake : diary.handshakes) {
        assertThat(diary.told).contains("opened " + handshake.connectionId());
      }
    }
  }

  @Test
  void callsThatASlowListenerHasNoRoomForAreDroppedAndCounted() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    Diary quick = new Diary();
    Diary slow =
        new Diary() {
          @Override
          void note(String what, long id) {
            entered.countDown();
            await(release);
            super.note(what, id);
          }
        };
    int dials = 600; // Each is told twice: its start and its failure.
    try (Silence silence = new Silence();
        Endpoint dialler = Loopback.builder().listener(slow).listener(quick).bind()) {
      silence.dial(dialler).close();
      entered.await();
      for (int i = 1; i < dials; i++) {
        silence.dial(dialler).close();
      }
      // One call is being made, and so many wait.
      Tasks.awaitTrue(() -> dropped(dialler) == 2L * dials - MAX_CALLS - 1);
      Tasks.awaitTrue(() -> quick.told.size() == 2 * dials); // Its own queue.
      release.countDown();
      Tasks.awaitTrue(() -> slow.told.size() == MAX_CALLS + 1);
      assertThat(slow.most).hasValue(1);
      assertThat(quick.most).hasValue(1);
      silence.dial(dialler).close(); // There is room again.
      Tasks.awaitTrue(() -> slow.told.size() == MAX_CALLS + 3);
      assertThat(dropped(dialler)).isEqualTo(2L * dials - MAX_CALLS - 1);
    }
  }

  private static long dropped(Endpoint endpoint) {
    return endpoint.metrics().connections().listenerEventsDropped();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void listenerThatThrowsIsLoggedAndToldOn() throws Exception {
    Diary other = new Diary();
    Diary failing =
        new Diary() {
          @Override
          void note(String what, long id) {
            super.note(what, id);
            throw new IllegalStateException("a bug");
          }
        };
    try (Warnings warnings = Warnings.of("dev.dialkey.event");
        Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Loopback.builder().listener(failing).listener(other).bind();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Connection server = Peers.accept(acceptor).get();
      Peers.exchange(dial.await(), server);
      server.close();
      Tasks.awaitTrue(() -> failing.told.size() == 4 && other.told.size() == 4);
      Tasks.awaitTrue(() -> warnings.taken().size() == 4);
      assertThat(warnings.taken()).allMatch(warning -> warning.contains("listener"));
    }
  }

  /** A peer that never answers. */
  private static final class Silence implements AutoCloseable {
    private final DatagramSocket socket;

    Silence() throws Exception {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    Connecting dial(Endpoint dialler) throws Exception {
      var addr =
          EndpointAddr.of(Peers.someId())
              .withIp((InetSocketAddress) socket.getLocalSocketAddress());
      return dialler.dial(addr, Peers.ALPN, ConnectOptions.defaults());
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
