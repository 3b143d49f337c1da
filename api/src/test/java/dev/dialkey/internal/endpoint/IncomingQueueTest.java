package dev.dialkey.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.internal.connection.EarlyDatagram;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.EndpointLoop;
import dev.dialkey.internal.machine.Machine;
import dev.dialkey.internal.machine.SystemMachine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class IncomingQueueTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(20);

  private final Machine machine = new SystemMachine();
  private final EndpointCounters counters = new EndpointCounters();
  private final IncomingQueue queue = new IncomingQueue(machine, counters);

  @Test
  void oldestComesFirst() throws Exception {
    PendingIncoming first = incoming(1);
    PendingIncoming second = incoming(2);
    queue.offer(first);
    queue.offer(second);
    assertThat(take(0)).containsSame(first);
    assertThat(take(0)).containsSame(second);
    assertThatThrownBy(() -> take(0)).isInstanceOf(DialkeyTimeoutException.class);
    assertThatThrownBy(() -> take(1_000_000)).isInstanceOf(DialkeyTimeoutException.class);
  }

  @Test
  void queueIsBounded() throws Exception {
    for (int i = 0; i < IncomingQueue.MAX_WAITING; i++) {
      assertThat(queue.offer(incoming(i))).isTrue();
    }
    assertThat(queue.offer(incoming(0))).isFalse();
    PendingIncoming taken = take(0).orElseThrow();
    assertThat(queue.offer(incoming(0))).isFalse(); // Nobody has decided about it.
    queue.decided(taken);
    assertThat(queue.offer(incoming(0))).isTrue();
  }

  @Test
  void thoseThatWaitedTooLongAreDropped() {
    PendingIncoming old = incoming(1_000);
    queue.offer(old);
    queue.offer(incoming(TimeUnit.SECONDS.toNanos(25)));
    assertThat(queue.pollExpired(TimeUnit.SECONDS.toNanos(29))).isNull();
    assertThat(queue.pollExpired(TimeUnit.SECONDS.toNanos(31))).isSameAs(old);
    assertThat(queue.pollExpired(TimeUnit.SECONDS.toNanos(31))).isNull();
    assertThat(counters.incomingExpired.sum()).isEqualTo(1);
  }

  @Test
  void closeEndsAllWaitsAndRefusesMore() throws Exception {
    List<FutureTask<Optional<PendingIncoming>>> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      var task = new FutureTask<>(() -> take(LONG));
      Thread.ofVirtual().start(task);
      waiting.add(task);
    }
    queue.close();
    for (var task : waiting) {
      assertThat(task.get()).isEmpty();
    }
    assertThat(queue.offer(incoming(1))).isFalse();
    assertThat(take(LONG)).isEmpty();
  }

  @Test
  void interruptIsPassedOn() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> take(LONG)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void arrivalForAnInterruptedThreadReachesAnother() throws Exception {
    for (int round = 0; round < 200; round++) {
      var interrupted = new FutureTask<>(() -> take(LONG));
      var other = new FutureTask<>(() -> take(LONG));
      Thread victim = Thread.ofVirtual().start(interrupted);
      Thread.ofVirtual().start(other);
      var arriving = Thread.ofVirtual().start(() -> queue.offer(incoming(1)));
      victim.interrupt();
      arriving.join();
      int taken = taken(interrupted);
      if (taken == 1) {
        queue.offer(incoming(2));
      }
      assertThat(other.get()).isPresent();
    }
  }

  private Optional<PendingIncoming> take(long nanos) throws IOException {
    return queue.take(machine.nanoTime() + nanos);
  }

  private static int taken(FutureTask<Optional<PendingIncoming>> task) throws Exception {
    try {
      return task.get().isPresent() ? 1 : 0;
    } catch (java.util.concurrent.ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(InterruptedIOException.class);
      return 0;
    }
  }

  private static PendingIncoming incoming(long arrivedNanos) {
    var datagram = new EarlyDatagram(new byte[1], NativeAddress.NONE, NativeAddress.NONE);
    return new PendingIncoming(new InitialId(new byte[8]), noLoop(), datagram, false, arrivedNanos);
  }

  /** The queue never looks at the loop, and one cannot be made without a socket. */
  @SuppressWarnings("NullAway")
  private static EndpointLoop noLoop() {
    @Nullable EndpointLoop none = null;
    return none;
  }
}
