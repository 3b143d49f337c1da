package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DatagramTooLargeException;
import dev.dialkey.Datagrams;
import dev.dialkey.DatagramsUnsupportedException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.TransportOptions;
import java.io.InterruptedIOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class DatagramTest {
  private static final Duration SOON = Duration.ofMillis(50);

  private Loopback.Pair pair;
  private Datagrams client;
  private Datagrams server;

  @BeforeEach
  void connect() throws Exception {
    connect(TransportOptions.defaults());
  }

  private void connect(TransportOptions options) throws Exception {
    if (pair != null) {
      pair.close();
    }
    pair = Loopback.connect(options);
    client = pair.client().datagrams();
    server = pair.server().datagrams();
  }

  @AfterEach
  void close() {
    pair.close();
  }

  private static ByteBuffer numbered(int number, int length) {
    return ByteBuffer.allocate(length).putInt(0, number);
  }

  @Test
  void everyKindOfBufferIsSentBothWays() throws Exception {
    byte[] data = Pattern.bytes(900, 1);
    for (ByteBuffer source :
        List.of(
            ByteBuffer.wrap(data),
            ByteBuffer.allocateDirect(900).put(data).flip(),
            ByteBuffer.wrap(data).asReadOnlyBuffer(),
            ByteBuffer.allocate(0))) {
      int length = source.remaining();
      client.send(source);
      assertThat(source.hasRemaining()).isFalse();
      ByteBuffer got = server.poll(Loopback.PATIENCE).orElseThrow();
      assertThat(got).isEqualTo(source.duplicate().flip());
      assertThat(got.remaining()).isEqualTo(length);
      server.sendBlocking(got.duplicate());
      assertThat(client.read()).isEqualTo(got);
    }
  }

  @Test
  void longestDatagramGoesAndALongerOneIsRefused() throws Exception {
    int max = client.maxSize().orElseThrow();
    assertThat(max).isGreaterThan(1_000);
    client.send(ByteBuffer.allocate(max));
    assertThat(server.read().remaining()).isEqualTo(max);
    ByteBuffer tooLong = ByteBuffer.allocate(2_000);
    for (Tasks.Action send :
        List.<Tasks.Action>of(
            () -> client.send(tooLong),
            () -> client.sendBlocking(tooLong),
            () -> client.sendBlocking(tooLong, SOON),
            () -> client.sendMany(List.of(ByteBuffer.allocate(1), tooLong)))) {
      assertThatThrownBy(send::run)
          .isInstanceOfSatisfying(
              DatagramTooLargeException.class, e -> assertThat(e.max()).isBetween(max, 1_500));
      assertThat(tooLong.position()).isZero();
    }
    assertThat(server.poll(SOON)).isEmpty(); // Not even the short one of the list.
  }

  @Test
  void peerThatTakesNoneIsNamed() throws Exception {
    connect(TransportOptions.builder().datagramReceiveBuffer(0).build());
    assertThat(client.maxSize()).isEmpty();
    ByteBuffer one = ByteBuffer.allocate(1);
    for (Tasks.Action send :
        List.<Tasks.Action>of(
            () -> client.send(one),
            () -> client.sendBlocking(one),
            () -> client.sendMany(List.of(one)))) {
      assertThatThrownBy(send::run).isInstanceOf(DatagramsUnsupportedException.class);
    }
    assertThat(one.hasRemaining()).isTrue();
    Peers.exchange(pair.client(), pair.server());
  }

  @Test
  void manyArriveInOrderOnAPathThatLosesNone() throws Exception {
    int count = 500;
    var sender =
        Tasks.run(() -> {
          for (int i = 0; i < count; i++) {
            client.sendBlocking(numbered(i, 100));
            if (i % 50 == 49) {
              assertThat(client.poll(Loopback.PATIENCE)).isPresent(); // Not more than fits.
            }
          }
        });
    for (int i = 0; i < count; i++) {
      assertThat(server.poll(Loopback.PATIENCE).orElseThrow().getInt(0)).isEqualTo(i);
      if (i % 50 == 49) {
        server.send(ByteBuffer.allocate(1));
      }
    }
    sender.get();
  }

  @Test
  void listGoesAsFarAsThereIsRoom() throws Exception {
    connect(TransportOptions.builder().datagramSendBuffer(5_000).build());
    List<ByteBuffer> sources = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sources.add(numbered(i, 1_000));
    }
    int sent = client.sendMany(sources);
    assertThat(sent).isBetween(1, 100);
    for (int i = 0; i < 100; i++) {
      assertThat(sources.get(i).hasRemaining()).isEqualTo(i >= sent);
    }
    for (int i = 0; i < sent; i++) {
      assertThat(server.poll(Loopback.PATIENCE).orElseThrow().getInt(0)).isEqualTo(i);
    }
    assertThat(client.sendMany(List.of())).isZero();
  }

  @Test
  void severalAreTakenAtOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      client.sendBlocking(numbered(i, 10 + i));
    }
    ByteBuffer[] targets = new ByteBuffer[8];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = i % 2 == 0 ? ByteBuffer.allocate(50) : ByteBuffer.allocateDirect(50);
    }
    int taken = 0;
    while (taken < 5) {
      ByteBuffer[] rest = java.util.Arrays.copyOfRange(targets, taken, targets.length);
      taken += server.readMany(rest);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(targets[i].position()).isEqualTo(10 + i);
      assertThat(targets[i].getInt(0)).isEqualTo(i);
    }
    assertThat(server.readMany(new ByteBuffer[0])).isZero();
  }

  @Test
  void datagramThatDoesNotFitWaitsForAnotherCall() throws Exception {
    client.sendBlocking(numbered(7, 100));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> server.readMany(new ByteBuffer[] {ByteBuffer.allocate(99)}))
          .isInstanceOf(BufferOverflowException.class);
    }
    assertThatThrownBy(
            () -> server.readMany(new ByteBuffer[] {ByteBuffer.allocate(200).asReadOnlyBuffer()}))
        .isInstanceOf(IllegalArgumentException.class);
    ByteBuffer target = ByteBuffer.allocate(100);
    assertThat(server.readMany(new ByteBuffer[] {target})).isEqualTo(1);
    assertThat(target.getInt(0)).isEqualTo(7);
  }

  @Test
  void receiverThatDoesNotReadKeepsTheNewestAndCountsTheOthers() throws Exception {
    connect(TransportOptions.builder().datagramReceiveBuffer(12_000).build()); // Ten of them.
    for (int i = 0; i < 100; i++) {
      client.sendBlocking(numbered(i, 500));
    }
    // All of them: the sender may be ahead of its congestion window.
    Tasks.awaitTrue(() -> pair.server().stats().messagesReceived() == 100);
    BitSet got = new BitSet();
    Optional<ByteBuffer> next = server.poll(Loopback.PATIENCE);
    while (next.isPresent()) {
      got.set(next.get().getInt(0));
      next = server.poll(SOON);
    }
    assertThat(got.cardinality()).isBetween(1, 11);
    assertThat(got.get(99)).isTrue();
    assertThat(drops(pair.server())).isEqualTo(100 - got.cardinality());
  }

  private static long drops(Connection connection) {
    return connection.stats().messagesReceiveDropped();
  }

  @Test
  void readersShareWhatArrives() throws Exception {
    List<Tasks.Task<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      readers.add(Tasks.start(() -> server.read().getInt(0)).parked());
    }
    for (int i = 0; i < 20; i++) {
      client.sendBlocking(numbered(i, 20));
    }
    BitSet got = new BitSet();
    for (var reader : readers) {
      got.set(reader.get());
    }
    assertThat(got.cardinality()).isEqualTo(20);
  }

  @Test
  void waitsEndWithTheirDeadlineOrInterrupt() throws Exception {
    assertThat(server.poll(Duration.ZERO)).isEmpty();
    assertThat(server.poll(SOON)).isEmpty();
    for (Tasks.Action wait :
        List.<Tasks.Action>of(
            server::read,
            () -> server.poll(Loopback.PATIENCE),
            () -> server.readMany(new ByteBuffer[] {ByteBuffer.allocate(9)}))) {
      var task =
          Tasks.start(() -> {
            assertThatThrownBy(wait::run).isInstanceOf(InterruptedIOException.class);
            return Thread.currentThread().isInterrupted();
          });
      task.parked().thread().interrupt();
      assertThat(task.get()).isTrue();
    }
    client.send(numbered(3, 4)); // The places in the queue are free again.
    assertThat(server.read().getInt(0)).isEqualTo(3);
  }

  @Test
  void cancelledReadDoesNotKeepOthersFromReading() throws Exception {
    for (int i = 0; i < 50; i++) {
      CompletableFuture<ByteBuffer> read = server.readAsync();
      client.sendAsync(numbered(i, 4)).get(20, TimeUnit.SECONDS);
      if (!read.cancel(true)) {
        assertThat(read.join().remaining()).isEqualTo(4);
        continue;
      }
      // What it took in the same moment is lost, as datagrams may be.
      Optional<ByteBuffer> next = server.poll(SOON);
      while (next.isEmpty()) {
        client.sendBlocking(numbered(i, 4));
        next = server.poll(SOON);
      }
      assertThat(next.get().getInt(0)).isBetween(0, i);
    }
  }

  @Test
  void closeEndsEveryWaitAndLaterCallsSaySo() throws Exception {
    var readers =
        List.of(
            Tasks.start(server::read),
            Tasks.start(client::read),
            Tasks.start(() -> client.readMany(new ByteBuffer[] {ByteBuffer.allocate(1)})));
    for (var reader : readers) {
      reader.parked();
    }
    pair.client().close();
    for (var reader : readers) {
      assertThat(reader.failure()).isInstanceOf(ConnectionClosedException.class);
    }
    for (Datagrams closed : List.of(client, server)) {
      assertThat(closed.maxSize()).isEmpty();
      assertThat(closed.sendBufferSpace()).isZero();
      for (Tasks.Action call :
          List.<Tasks.Action>of(
              () -> closed.send(ByteBuffer.allocate(1)),
              () -> closed.sendBlocking(ByteBuffer.allocate(1)),
              () -> closed.sendMany(List.of(ByteBuffer.allocate(1))),
              closed::read,
              () -> closed.poll(SOON),
              () -> closed.readMany(new ByteBuffer[] {ByteBuffer.allocate(1)}))) {
        assertThatThrownBy(call::run).isInstanceOf(ConnectionClosedException.class);
      }
    }
  }

  @Test
  void senderWaitsForRoomAsLongAsItMay() throws Exception {
    connect(TransportOptions.builder().datagramSendBuffer(1_500).build());
    int timeouts = 0;
    for (int i = 0; i < 20_000 && timeouts == 0; i++) {
      ByteBuffer source = ByteBuffer.allocate(1_100);
      try {
        client.sendBlocking(source, Duration.ZERO);
        assertThat(source.hasRemaining()).isFalse();
      } catch (DialkeyTimeoutException e) {
        assertThat(source.position()).isZero();
        timeouts++;
      }
    }
    assertThat(timeouts).isPositive();
    client.sendBlocking(ByteBuffer.allocate(1_100), Loopback.PATIENCE); // Room comes.
  }
}
