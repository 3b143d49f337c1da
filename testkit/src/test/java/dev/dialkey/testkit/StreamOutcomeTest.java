package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.TransportOptions;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How one learns of the end of a stream's half without reading or writing. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class StreamOutcomeTest {
  private static final int LARGE = 8 << 20; // More than every window.

  private Loopback.Pair pair;

  @BeforeEach
  void connect() throws Exception {
    pair = Loopback.connect(TransportOptions.defaults());
  }

  @AfterEach
  void close() {
    pair.close();
  }

  private static OptionalLong outcome(CompletableFuture<OptionalLong> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void stopIsToldToWhoeverAskedAndToWhoeverAsksLater() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[1]);
      CompletableFuture<OptionalLong> early = send.stopped();
      CompletableFuture<OptionalLong> cancelled = send.stopped();
      cancelled.cancel(true); // Of the caller's own.
      assertThat(early).isNotDone();
      pair.server().acceptUni(Loopback.PATIENCE).stop(77);
      assertThat(outcome(early)).hasValue(77);
      assertThat(outcome(send.stopped())).hasValue(77);
      assertThatThrownBy(() -> send.write(new byte[1])).isInstanceOf(StreamStoppedException.class);
    }
  }

  @Test
  void acknowledgedEndCompletesWithoutACode() throws Exception {
    for (boolean askedBefore : new boolean[] {true, false}) {
      try (SendStream send = pair.client().openUni()) {
        var early = send.stopped();
        if (!askedBefore) {
          early.cancel(true);
        }
        send.write(new byte[50_000]);
        send.finish();
        var late = send.stopped();
        if (askedBefore) {
          assertThat(outcome(early)).isEmpty();
        }
        assertThat(outcome(late)).isEmpty();
        assertThat(outcome(send.stopped())).isEmpty();
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          assertThat(recv.readAll(50_000)).hasSize(50_000); // Though it was not read by then.
        }
      }
    }
  }

  @Test
  void ownResetCompletesWithoutACode() throws Exception {
    SendStream send = pair.client().openUni();
    var early = send.stopped();
    send.write(new byte[1]);
    send.reset(5);
    assertThat(outcome(early)).isEmpty();
    assertThat(outcome(send.stopped())).isEmpty();
    assertThatThrownBy(() -> send.awaitAcked(Loopback.PATIENCE))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void acknowledgementsAreAwaited() throws Exception {
    byte[] data = Pattern.bytes(LARGE, 1);
    try (SendStream send = pair.client().openUni()) {
      assertThatThrownBy(() -> send.awaitAcked(Loopback.PATIENCE))
          .isInstanceOf(IllegalStateException.class);
      var writer =
          Tasks.run(() -> {
            send.write(data);
            send.finish();
            send.awaitAcked(Loopback.PATIENCE);
            send.awaitAcked(Duration.ZERO); // It stays so.
          });
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(LARGE)).isEqualTo(data);
      }
      writer.get();
    }
  }

  @Test
  void waitForAcknowledgementsEndsWithAStop() throws Exception {
    for (int i = 0; i < 20; i++) { // The acknowledgement may be quicker.
      SendStream send = pair.client().openUni();
      send.write(new byte[1]);
      RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE);
      recv.stop(9);
      assertThat(outcome(send.stopped())).hasValue(9);
      assertThatThrownBy(() -> send.awaitAcked(Loopback.PATIENCE))
          .isInstanceOfSatisfying(
              StreamStoppedException.class, e -> assertThat(e.code()).isEqualTo(9));
    }
  }

  @Test
  void waitForAcknowledgementsEndsWithDeadlineInterruptAndConnection() throws Exception {
    try (Forwarder forwarder = new Forwarder(pair.acceptor());
        var dialler = Peers.dialler()) {
      var accepting = Peers.accept(pair.acceptor());
      var client = dialler.connect(forwarder.addr(), Peers.ALPN);
      var server = accepting.get();
      Peers.exchange(client, server);
      forwarder.mute(); // No acknowledgement comes through any more.
      SendStream send = client.openUni();
      send.write(new byte[1]);
      send.finish();
      assertThatThrownBy(() -> send.awaitAcked(Duration.ofMillis(50)))
          .isInstanceOf(DialkeyTimeoutException.class);
      var interrupted =
          Tasks.start(() -> {
            assertThatThrownBy(() -> send.awaitAcked(Loopback.PATIENCE))
                .isInstanceOf(InterruptedIOException.class);
            return Thread.currentThread().isInterrupted();
          });
      interrupted.parked().thread().interrupt();
      assertThat(interrupted.get()).isTrue();
      var waiting = Tasks.run(() -> send.awaitAcked(Loopback.PATIENCE)).parked();
      var asked = send.stopped();
      client.close();
      assertThat(waiting.failure()).isInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(() -> outcome(asked)).hasCauseInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(() -> send.awaitAcked(Loopback.PATIENCE))
          .isInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(() -> outcome(send.stopped()))
          .hasCauseInstanceOf(ConnectionClosedException.class);
      server.close();
    }
  }

  @Test
  void resetIsToldToAReaderThatDoesNotRead() throws Exception {
    SendStream send = pair.client().openUni();
    send.write(new byte[10]);
    RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE);
    var early = recv.receivedReset();
    assertThat(early).isNotDone();
    send.reset(33);
    assertThat(outcome(early)).hasValue(33);
    assertThat(outcome(recv.receivedReset())).hasValue(33);
    assertThatThrownBy(() -> recv.readAll(10)).isInstanceOf(dev.dialkey.StreamResetException.class);
  }

  @Test
  void endThatWasReadAndOwnStopCompleteWithoutACode() throws Exception {
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[10]);
      RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE);
      var early = recv.receivedReset();
      send.finish();
      assertThat(recv.readAll(10)).hasSize(10);
      assertThat(outcome(early)).isEmpty();
      assertThat(outcome(recv.receivedReset())).isEmpty();
    }
    try (SendStream send = pair.client().openUni()) {
      send.write(new byte[10]);
      RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE);
      var early = recv.receivedReset();
      recv.stop(1);
      assertThat(outcome(early)).isEmpty();
      assertThat(outcome(recv.receivedReset())).isEmpty();
    }
  }

  @Test
  void everyOneWhoAskedHearsOfTheEndOfTheConnection() throws Exception {
    List<CompletableFuture<OptionalLong>> asked = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      BiStream bi = pair.client().openBi();
      bi.send().write(new byte[1]);
      asked.add(bi.send().stopped());
      asked.add(bi.recv().receivedReset());
    }
    pair.server().close(1, "bye");
    List<Throwable> failures = new ArrayList<>();
    for (var future : asked) {
      assertThatThrownBy(() -> outcome(future)).satisfies(e -> failures.add(e.getCause()));
    }
    assertThat(failures)
        .doesNotHaveDuplicates()
        .allMatch(e -> e instanceof ConnectionClosedException);
  }

  @Test
  void streamsWhoseEndWasAskedForGiveTheirCreditBack() throws Exception {
    for (int i = 0; i < 300; i++) {
      try (SendStream send = pair.client().openUni(Loopback.PATIENCE)) {
        var asked = send.stopped();
        send.write(new byte[1]);
        RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE);
        var told = recv.receivedReset();
        if (i % 3 == 0) {
          send.finish();
          send.awaitAcked(Loopback.PATIENCE);
          recv.readAll(1);
        } else if (i % 3 == 1) {
          recv.stop(i);
        } else {
          send.reset(i);
        }
        outcome(asked);
        outcome(told);
        recv.close();
      }
    }
  }
}
