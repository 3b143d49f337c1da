package dev.dialkey.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.internal.machine.Machine;
import dev.dialkey.internal.machine.SystemMachine;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WaiterTest {
  private final Machine machine = new SystemMachine();

  @Test
  void completedBeforeItIsAwaitedDoesNotWait() throws Exception {
    var waiter = new Waiter();
    waiter.arm();
    assertThat(waiter.isArmed()).isTrue();
    waiter.complete();
    assertThat(waiter.isArmed()).isFalse();
    assertThat(waiter.await(machine, Deadline.NEVER)).isTrue();
  }

  @Test
  void deadlineLeavesItArmed() throws Exception {
    var waiter = new Waiter();
    waiter.arm();
    assertThat(waiter.await(machine, System.nanoTime() + 2_000_000)).isFalse();
    assertThat(waiter.await(machine, System.nanoTime() - 1)).isFalse();
    assertThat(waiter.isArmed()).isTrue();
    waiter.disarm();
    assertThat(waiter.isArmed()).isFalse();
  }

  @Test
  void interruptLeavesItArmedAndTheFlagSet() {
    var waiter = new Waiter();
    waiter.arm();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> waiter.await(machine, Deadline.NEVER))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(waiter.isArmed()).isTrue();
  }

  @Test
  void wakeUpsForOthersDoNotEndTheWait() throws Exception {
    var waiter = new Waiter();
    waiter.arm();
    LockSupport.unpark(Thread.currentThread()); // A permit that was left over.
    assertThat(waiter.await(machine, System.nanoTime() + 2_000_000)).isFalse();
  }

  @Test
  void progressOfTheCompletingThreadIsSeen() throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      var waiter = new Waiter();
      for (int i = 1; i < 2_000; i++) {
        waiter.arm(4_096, 1_000_000);
        long bytes = i;
        var done =
            other.submit(() -> {
              waiter.advance(bytes);
              waiter.complete();
            });
        assertThat(waiter.await(machine, Deadline.NEVER)).isTrue();
        assertThat(waiter.transferred()).isEqualTo(bytes);
        assertThat(waiter.address()).isEqualTo(4_096 + bytes);
        assertThat(waiter.remaining()).isEqualTo(1_000_000 - bytes);
        done.get();
      }
    }
  }

  @Test
  void queueWakesInOrderAndPassesOnTheWakeUpOfOneThatGaveUp() {
    var queue = new WaitQueue();
    Waiter first = queue.join();
    Waiter second = queue.join();
    Waiter third = queue.join();
    queue.wakeOne();
    assertThat(first.isArmed()).isFalse();
    assertThat(second.isArmed()).isTrue();
    queue.leave(first); // It was woken, but gave up at the same moment.
    assertThat(second.isArmed()).isFalse();
    queue.leave(third);
    queue.wakeAll();
    queue.wakeOne();
  }
}
