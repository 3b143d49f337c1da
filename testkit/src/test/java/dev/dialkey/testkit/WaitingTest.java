package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.TransportOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls that wait: deadlines, interrupts, cancelled futures, and calls in each other's way. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class WaitingTest {
  private static final Duration SHORT = Duration.ofMillis(30);
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

  @Test
  void everyWaitingCallKeepsItsDeadline() throws Exception {
    try (BiStream bi = pair.client().openBi()) {
      ByteBuffer target = ByteBuffer.allocate(1);
      assertThatThrownBy(() -> bi.recv().read(target, SHORT))
          .isInstanceOf(DialkeyTimeoutException.class);
      assertThatThrownBy(() -> bi.recv().read(ByteBuffer.allocateDirect(1), SHORT))
          .isInstanceOf(DialkeyTimeoutException.class);
      assertThatThrownBy(() -> bi.send().write(ByteBuffer.allocate(LARGE), SHORT))
          .isInstanceOf(DialkeyTimeoutException.class);
    }
    assertThatThrownBy(() -> pair.client().acceptBi(SHORT))
        .isInstanceOf(DialkeyTimeoutException.class);
    assertThatThrownBy(() -> pair.client().acceptUni(Duration.ZERO))
        .isInstanceOf(DialkeyTimeoutException.class);
    assertThatThrownBy(() -> pair.acceptor().accept(SHORT))
        .isInstanceOf(DialkeyTimeoutException.class);
    List<SendStream> open = new ArrayList<>();
    for (int i = 0; i < TransportOptions.defaults().maxUniStreams(); i++) {
      open.add(pair.client().openUni(SHORT));
    }
    assertThatThrownBy(() -> pair.client().openUni(SHORT))
        .isInstanceOf(DialkeyTimeoutException.class);
    open.forEach(SendStream::close);
  }

  @Test
  void everyWaitingCallCanBeInterrupted() throws Exception {
    try (BiStream bi = pair.client().openBi()) {
      interrupt(() -> bi.recv().read(new byte[1]));
      interrupt(() -> bi.recv().read(ByteBuffer.allocateDirect(1)));
      interrupt(() -> bi.send().write(ByteBuffer.allocate(LARGE)));
      interrupt(() -> bi.send().write(ByteBuffer.allocateDirect(LARGE)));
    }
    interrupt(() -> pair.client().acceptBi());
    interrupt(() -> pair.client().acceptUni());
    interrupt(() -> pair.acceptor().accept());
    List<BiStream> open = new ArrayList<>();
    for (int i = 1; i < TransportOptions.defaults().maxBiStreams(); i++) {
      open.add(pair.client().openBi(SHORT));
    }
    interrupt(() -> {
      while (true) {
        pair.client().openBi();
      }
    });
    open.forEach(BiStream::close);
  }

  /** Interrupts it while it waits; it must say so and leave the flag set. */
  private static void interrupt(Tasks.Action call) throws Exception {
    var task =
        Tasks.start(() -> {
          assertThatThrownBy(call::run).isInstanceOf(InterruptedIOException.class);
          return Thread.currentThread().isInterrupted();
        });
    task.parked().thread().interrupt();
    assertThat(task.get()).isTrue();
  }

  @Test
  void noByteIsLostOnReadsThatTimeOut() throws Exception {
    byte[] data = Pattern.bytes(200_000, 1);
    for (boolean direct : new boolean[] {false, true}) {
      try (SendStream send = pair.client().openUni()) {
        var writer =
            Tasks.run(() -> {
              for (int at = 0; at < data.length; at += 1_000) {
                send.write(ByteBuffer.wrap(data, at, 1_000));
                LockSupport.parkNanos(10_000);
              }
              send.finish();
            });
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          ByteBuffer target = direct ? ByteBuffer.allocateDirect(700) : ByteBuffer.allocate(700);
          assertThat(readWithTinyDeadlines(recv, target, data)).isEqualTo(data.length);
        }
        writer.get();
      }
    }
  }

  private static long readWithTinyDeadlines(RecvStream recv, ByteBuffer target, byte[] data)
      throws Exception {
    long done = 0;
    byte[] copy = new byte[target.capacity()];
    while (true) {
      target.clear();
      try {
        int n = recv.read(target, Duration.ofNanos(done % 5 * 10_000));
        if (n < 0) {
          return done;
        }
        target.flip().get(copy, 0, n);
        Pattern.check(copy, n, done, 1);
        done += n;
      } catch (DialkeyTimeoutException e) {
        assertThat(target.position()).isZero();
      }
      assertThat(done).isLessThanOrEqualTo(data.length);
    }
  }

  @Test
  void noByteIsLostOnReadsThatAreInterrupted() throws Exception {
    byte[] data = Pattern.bytes(300_000, 1);
    try (SendStream send = pair.client().openUni()) {
      var writer =
          Tasks.run(() -> {
            for (int at = 0; at < data.length; at += 1_000) {
              send.write(ByteBuffer.wrap(data, at, 1_000));
            }
            send.finish();
          });
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        var reader =
            Tasks.start(() -> {
              ByteBuffer target = ByteBuffer.allocateDirect(900);
              byte[] copy = new byte[900];
              long done = 0;
              while (true) {
                target.clear();
                try {
                  int n = recv.read(target);
                  if (n < 0) {
                    return done;
                  }
                  target.flip().get(copy, 0, n);
                  Pattern.check(copy, n, done, 1);
                  done += n;
                } catch (InterruptedIOException e) {
                  assertThat(target.position()).isZero();
                }
                Thread.interrupted();
              }
            });
        while (!reader.future().isDone()) {
          reader.thread().interrupt();
          LockSupport.parkNanos(10_000);
        }
        assertThat(reader.get()).isEqualTo(data.length);
      }
      writer.get();
    }
  }

  @Test
  void writeThatTimesOutTellsHowMuchWasTaken() throws Exception {
    byte[] data = Pattern.bytes(LARGE, 2);
    for (ByteBuffer source :
        new ByteBuffer[] {
          ByteBuffer.wrap(data),
          ByteBuffer.allocateDirect(LARGE).put(data).flip(),
          ByteBuffer.wrap(data).asReadOnlyBuffer()
        }) {
      try (SendStream send = pair.client().openUni()) {
        assertThatThrownBy(() -> send.write(source, SHORT))
            .isInstanceOf(DialkeyTimeoutException.class);
        assertThat(source.position()).isPositive().isLessThan(LARGE);
        var reader = Tasks.start(() -> pair.server().acceptUni().readAll(LARGE));
        while (source.hasRemaining()) {
          writeForAMoment(send, source);
        }
        send.finish();
        assertThat(reader.get()).isEqualTo(data);
      }
    }
  }

  private static void writeForAMoment(SendStream send, ByteBuffer source) throws Exception {
    try {
      send.write(source, Duration.ofNanos(200_000));
    } catch (DialkeyTimeoutException e) {
      assertThat(source.hasRemaining()).isTrue();
    }
  }

  @Test
  void writeThatIsInterruptedTellsHowMuchWasTaken() throws Exception {
    ByteBuffer source = ByteBuffer.wrap(Pattern.bytes(LARGE, 2));
    try (SendStream send = pair.client().openUni()) {
      var writer = Tasks.start(() -> send.write(source)).parked();
      writer.thread().interrupt();
      var failure = writer.failure();
      assertThat(failure)
          .isInstanceOfSatisfying(
              InterruptedIOException.class,
              e -> assertThat(e.bytesTransferred).isEqualTo(source.position()));
      assertThat(source.position()).isPositive();
      send.finish();
      try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
        assertThat(recv.readAll(LARGE)).hasSize(source.position());
      }
    }
  }

  @Test
  void secondReaderIsTurnedAway() throws Exception {
    for (ByteBuffer target :
        new ByteBuffer[] {ByteBuffer.allocate(1), ByteBuffer.allocateDirect(1)}) {
      try (BiStream bi = pair.client().openBi()) {
        bi.send().write(new byte[1]);
        var reader = Tasks.start(() -> bi.recv().read(target)).parked();
        assertThatThrownBy(() -> bi.recv().read(new byte[1]))
            .isInstanceOf(IllegalStateException.class);
        try (BiStream served = pair.server().acceptBi(Loopback.PATIENCE)) {
          served.send().write(new byte[1]);
          assertThat(reader.get()).isEqualTo(1); // The first one is not disturbed.
        }
      }
    }
  }

  @Test
  void secondWriterIsTurnedAway() throws Exception {
    for (ByteBuffer source :
        new ByteBuffer[] {ByteBuffer.allocate(LARGE), ByteBuffer.allocateDirect(LARGE)}) {
      try (SendStream send = pair.client().openUni()) {
        var writer = Tasks.start(() -> send.write(source));
        RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE); // The writer has begun.
        ByteBuffer other = ByteBuffer.allocate(1);
        assertThatThrownBy(() -> send.write(other)).isInstanceOf(IllegalStateException.class);
        assertThat(other.position()).isZero();
        assertThatThrownBy(() -> send.tryWrite(other)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(send::finish).isInstanceOf(IllegalStateException.class);
        recv.readFully(new byte[LARGE]);
        assertThat(writer.get()).isEqualTo(LARGE);
      }
    }
  }

  @Test
  void resetEndsAWriterThatWaits() throws Exception {
    for (ByteBuffer source :
        new ByteBuffer[] {ByteBuffer.allocate(LARGE), ByteBuffer.allocateDirect(LARGE)}) {
      try (SendStream send = pair.client().openUni()) {
        var writer = Tasks.start(() -> send.write(source)).parked();
        send.reset(3);
        assertThat(writer.failure()).isInstanceOf(StreamFinishedException.class);
      }
    }
  }

  @Test
  void stopEndsAReaderThatWaits() throws Exception {
    for (ByteBuffer target :
        new ByteBuffer[] {ByteBuffer.allocate(1), ByteBuffer.allocateDirect(1)}) {
      try (BiStream bi = pair.client().openBi()) {
        bi.send().write(new byte[1]);
        var reader = Tasks.start(() -> bi.recv().read(target)).parked();
        bi.recv().stop(3);
        assertThat(reader.failure()).isInstanceOf(StreamFinishedException.class);
      }
    }
  }

  @Test
  void cancelledFuturesLeaveNothingBehind() throws Exception {
    try (BiStream bi = pair.client().openBi()) {
      bi.send().write(new byte[1]);
      ByteBuffer target = ByteBuffer.allocateDirect(10);
      List<CompletableFuture<?>> futures =
          List.of(
              pair.client().acceptBiAsync(),
              pair.client().acceptUniAsync(),
              pair.acceptor().acceptAsync(),
              bi.recv().readAsync(target),
              bi.send().writeAsync(ByteBuffer.allocateDirect(LARGE)));
      futures.forEach(future -> assertThat(future.cancel(true)).isTrue());
      // The places they held are free again.
      try (BiStream served = pair.server().acceptBi(Loopback.PATIENCE)) {
        Tasks.awaitTrue(() -> canWriteOrRead(bi));
        served.send().write(new byte[] {7});
        ByteBuffer again = ByteBuffer.allocate(1);
        assertThat(bi.recv().readAsync(again).get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(again.get(0)).isEqualTo((byte) 7);
      }
    }
  }

  /** While the cancelled reader is on its way out, others are turned away. */
  private static boolean canWriteOrRead(BiStream bi) {
    try {
      bi.recv().read(ByteBuffer.allocate(1), Duration.ZERO);
      throw new AssertionError("nothing was sent");
    } catch (IllegalStateException e) {
      return false;
    } catch (DialkeyTimeoutException e) {
      return true;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void streamThatCameForACancelledFutureIsAcceptedByTheNextCallOrClosed() throws Exception {
    for (int i = 0; i < 50; i++) {
      var accepting = pair.server().acceptUniAsync();
      try (SendStream send = pair.client().openUni(Loopback.PATIENCE)) {
        send.write(new byte[1]);
        if (accepting.cancel(true)) {
          Tasks.awaitTrue(() -> wasAccepted() || wasStopped(send));
        } else {
          accepting.join().close();
        }
      }
    }
  }

  private boolean wasAccepted() {
    try {
      pair.server().acceptUni(Duration.ZERO).close();
      return true;
    } catch (DialkeyTimeoutException e) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean wasStopped(SendStream send) {
    try {
      send.tryWrite(ByteBuffer.allocate(1));
      return false;
    } catch (StreamStoppedException e) {
      return true;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
