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
import dev.dialkey.EndpointClosedException;
import dev.dialkey.Incoming;
import dev.dialkey.IncomingAddr;
import dev.dialkey.ServerOptions;
import dev.dialkey.TransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody dials, and what may be done about it. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class IncomingTest {
  private static final long CONNECTION_REFUSED = 2;
  private static final Duration SOON = Duration.ofMillis(500);

  @Test
  void tellsBothAddressesBeforeAnyDecision() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      try (Incoming incoming = Peers.next(acceptor)) {
        InetSocketAddress from = dialler.boundSockets().getFirst();
        assertThat(incoming.remoteAddr()).isEqualTo(new IncomingAddr.Ip(from));
        assertThat(incoming.localAddr()).isEqualTo(acceptor.boundSockets().getFirst());
      }
      assertRefused(dial);
    }
  }

  private static void assertRefused(Connecting dial) {
    assertThatThrownBy(() -> dial.await(Loopback.PATIENCE))
        .isInstanceOfSatisfying(
            ConnectionClosedException.class,
            e ->
                assertThat(e.reason())
                    .isInstanceOfSatisfying(
                        CloseReason.TransportClosed.class,
                        reason -> assertThat(reason.code()).isEqualTo(CONNECTION_REFUSED)));
  }

  private interface Choice {
    void make(Incoming incoming) throws IOException;
  }

  private static final List<Choice> CHOICES =
      List.of(Incoming::accept, Incoming::refuse, Incoming::ignore, Incoming::close);

  @Test
  void onlyTheFirstDecisionCounts() throws Exception {
    var options = new ServerOptions(TransportOptions.defaults());
    for (Choice first : CHOICES) {
      try (Endpoint acceptor = Peers.acceptor();
          Endpoint dialler = Peers.dialler();
          Connecting dial = Peers.dial(dialler, acceptor)) {
        Incoming incoming = Peers.next(acceptor);
        first.make(incoming);
        assertThatThrownBy(incoming::accept).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> incoming.accept(options))
            .isInstanceOf(IllegalStateException.class);
        incoming.refuse();
        incoming.ignore();
        incoming.close();
        assertThat(incoming.remoteAddr()).isNotNull();
        assertThat(incoming.localAddr()).isNotNull();
        var counted = acceptor.metrics().connections();
        assertThat(counted.accepted() + counted.refused() + counted.ignored()).isEqualTo(1);
        assertThat(dial.remoteId()).isEqualTo(acceptor.id());
      }
    }
  }

  @Test
  void closingAnAcceptedOneDoesNotDisturbTheHandshake() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Accepting accepting;
      try (Incoming incoming = Peers.next(acceptor)) {
        accepting = incoming.accept();
      }
      try (Connection server = accepting.await(Loopback.PATIENCE);
          Connection client = dial.await(Loopback.PATIENCE)) {
        Peers.exchange(client, server);
      }
    }
  }

  @Test
  void decisionsOfManyThreadsCountOnce() throws Exception {
    for (int round = 0; round < Size.of(5, 200); round++) {
      try (Endpoint acceptor = Peers.acceptor();
          Endpoint dialler = Peers.dialler();
          Connecting dial = Peers.dial(dialler, acceptor)) {
        Incoming incoming = Peers.next(acceptor);
        AtomicInteger accepted = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          Choice choice = i % 2 == 0 ? one -> accept(one, accepted) : CHOICES.get(1 + i % 3);
          tasks.add(
              Tasks.run(() -> {
                start.await();
                choice.make(incoming);
              }));
        }
        start.countDown();
        for (var task : tasks) {
          task.get();
        }
        var counted = acceptor.metrics().connections();
        assertThat(counted.accepted()).isEqualTo(accepted.get());
        assertThat(counted.accepted() + counted.refused() + counted.ignored()).isEqualTo(1);
        assertThat(dial.toString()).isNotBlank();
      }
    }
  }

  private static void accept(Incoming incoming, AtomicInteger accepted) throws IOException {
    try {
      incoming.accept();
      accepted.incrementAndGet();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("decided");
    }
  }

  @Test
  void decisionsRaceWithTheClosingOfTheEndpoint() throws Exception {
    for (int round = 0; round < Size.of(15, 500); round++) {
      try (Endpoint dialler = Peers.dialler()) {
        Endpoint acceptor = Peers.acceptor();
        List<Incoming> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          Peers.dial(dialler, acceptor);
          waiting.add(Peers.next(acceptor));
        }
        CountDownLatch start = new CountDownLatch(1);
        List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < waiting.size() * 2; i++) { // Two threads for each of them.
          Incoming incoming = waiting.get(i / 2);
          Choice choice = CHOICES.get((round + i) % CHOICES.size());
          tasks.add(
              Tasks.run(() -> {
                start.await();
                decideOrHearOfTheEnd(incoming, choice);
              }));
        }
        for (int i = 0; i < 2; i++) {
          tasks.add(
              Tasks.run(() -> {
                start.await();
                acceptor.close(Duration.ofMillis(100));
              }));
        }
        start.countDown();
        for (var task : tasks) {
          task.get();
        }
        acceptor.close();
      }
    }
  }

  private static void decideOrHearOfTheEnd(Incoming incoming, Choice choice) throws IOException {
    try {
      choice.make(incoming);
    } catch (EndpointClosedException e) {
      assertThat(e).isNotNull(); // The closing was quicker.
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("decided"); // The other thread was quicker.
    }
  }

  @Test
  void acceptedOneMayHaveOptionsOfItsOwn() throws Exception {
    var narrow = TransportOptions.builder().maxUniStreams(1).maxBiStreams(2).build();
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler()) {
      for (int i = 0; i < 3; i++) { // The endpoint's own options hold before and after.
        try (Connecting dial = Peers.dial(dialler, acceptor)) {
          Incoming incoming = Peers.next(acceptor);
          Accepting accepting =
              i == 1 ? incoming.accept(new ServerOptions(narrow)) : incoming.accept();
          try (Connection server = accepting.await(Loopback.PATIENCE);
              Connection client = dial.await(Loopback.PATIENCE)) {
            assertThat(streamCredit(client)).isEqualTo(i == 1 ? 3 : 200);
            assertThat(streamCredit(server)).isEqualTo(200);
          }
        }
      }
    }
  }

  /** How many streams can be opened at once. */
  private static int streamCredit(Connection connection) throws Exception {
    int opened = 0;
    for (boolean uni : new boolean[] {true, false}) {
      try {
        while (true) {
          if (uni) {
            connection.openUni(Duration.ZERO);
          } else {
            connection.openBi(Duration.ZERO);
          }
          opened++;
        }
      } catch (DialkeyTimeoutException e) {
        assertThat(opened).isPositive();
      }
    }
    return opened;
  }

  @Test
  void optionsOfItsOwnOutliveTheirCallAndTheProtocolsAreTheEndpoints() throws Exception {
    var own = new ServerOptions(TransportOptions.builder().maxIdleTimeout(SOON).build());
    try (Endpoint acceptor = Loopback.builder().alpns("other/1", "test/1").bind();
        Endpoint dialler = Peers.dialler();
        Connecting dial = dialler.dial(acceptor.addr(), Peers.ALPN, ConnectOptions.defaults())) {
      try (Connection server = Peers.next(acceptor).accept(own).await(Loopback.PATIENCE)) {
        Connection client = dial.await(Loopback.PATIENCE);
        assertThat(server.alpn()).isEqualTo(Peers.ALPN);
        Peers.exchange(client, server);
      }
    }
  }
}
