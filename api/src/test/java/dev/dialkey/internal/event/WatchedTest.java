package dev.dialkey.internal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Watch;
import dev.dialkey.internal.machine.SystemMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchedTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final StepExecutor executor = new StepExecutor();
  private final AtomicInteger source = new AtomicInteger();
  private final Watched<Integer> watched =
      new Watched<>(source::get, executor, new SystemMachine());

  private void set(int value) {
    source.set(value);
    watched.changed();
  }

  @Test
  void observerGetsTheValueNowAndTheLatestAfterChanges() {
    List<Integer> heard = new ArrayList<>();
    Watch.Subscription subscription = watched.subscribe(heard::add);
    executor.runAll();
    assertThat(heard).containsExactly(0);
    set(1);
    set(2);
    set(3);
    executor.runAll();
    assertThat(heard).containsExactly(0, 3);
    subscription.close();
    subscription.close();
    set(4);
    executor.runAll();
    assertThat(heard).containsExactly(0, 3);
    assertThat(watched.get()).isEqualTo(4);
  }

  @Test
  void nothingIsDeliveredWithoutAChange() {
    List<Integer> heard = new ArrayList<>();
    try (var subscription = watched.subscribe(heard::add)) {
      executor.runAll();
      source.set(1); // Nobody was told.
      executor.runAll();
      assertThat(heard).containsExactly(0);
      assertThat(subscription).isNotNull();
    }
  }

  @Test
  void changeDuringADeliveryIsDeliveredToo() {
    List<Integer> heard = new ArrayList<>();
    try (var subscription =
        watched.subscribe(value -> {
          heard.add(value);
          if (value < 3) {
            set(value + 1);
          }
        })) {
      executor.runAll();
      assertThat(heard).containsExactly(0, 1, 2, 3);
      assertThat(subscription).isNotNull();
    }
  }

  @Test
  void subscriberGetsTheLatestValueAsItsDemandAllowsAndThenTheEnd() {
    var tape = new Tape<Integer>(1);
    watched.publisher().subscribe(tape);
    executor.runAll();
    set(1);
    set(2);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "0");
    tape.subscription.request(5);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "0", "2");
    source.set(3);
    watched.end(() -> new IOException("over"));
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "0", "2", "3", "complete");
    set(4);
    executor.runAll();
    assertThat(tape.heard).hasSize(5);
  }

  @Test
  void lastValueWaitsForDemandBeforeTheEnd() {
    var tape = new Tape<Integer>(0);
    watched.publisher().subscribe(tape);
    watched.end(() -> new IOException("over"));
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed");
    tape.subscription.request(1);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "0", "complete");
  }

  @Test
  void severalSubscribersDoNotDisturbEachOther() {
    var first = new Tape<Integer>(Long.MAX_VALUE);
    var second = new Tape<Integer>(1);
    watched.publisher().subscribe(first);
    watched.publisher().subscribe(second);
    executor.runAll();
    first.subscription.cancel();
    set(1);
    second.subscription.request(1);
    executor.runAll();
    assertThat(first.heard).containsExactly("subscribed", "0");
    assertThat(second.heard).containsExactly("subscribed", "0", "1");
  }

  @Test
  void demandThatIsNotPositiveIsAnError() {
    var tape = new Tape<Integer>(0);
    watched.publisher().subscribe(tape);
    executor.runAll();
    tape.subscription.request(0);
    executor.runAll();
    set(1);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "IllegalArgumentException");
  }

  @Test
  void whoSubscribesAfterTheEndGetsTheLastValueAndTheEnd() {
    watched.end(() -> new IOException("over"));
    var tape = new Tape<Integer>(9);
    watched.publisher().subscribe(tape);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "0", "complete");
    assertThat(watched.get()).isZero();
  }

  @Test
  void waitEndsWithTheValueItIsFor() throws Exception {
    var waiting = new FutureTask<>(() -> watched.await(value -> value == 3, LONG));
    Thread.ofVirtual().start(waiting);
    for (int i = 1; i <= 3; i++) {
      set(i);
    }
    assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(watched.await(value -> value == 3, Duration.ZERO)).isEqualTo(3);
    assertThatThrownBy(() -> watched.await(value -> value == 4, Duration.ZERO))
        .isInstanceOf(DialkeyTimeoutException.class);
  }

  @Test
  void everyWaiterGetsAnExceptionOfItsOwnAtTheEnd() throws Exception {
    List<FutureTask<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(new FutureTask<>(() -> watched.await(value -> value == 3, LONG)));
      Thread.ofVirtual().start(waiting.getLast());
    }
    watched.end(() -> new IOException("over"));
    watched.end(() -> new IOException("over again"));
    List<Throwable> failures = new ArrayList<>();
    for (var task : waiting) {
      assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS))
          .satisfies(e -> failures.add(e.getCause()));
    }
    assertThat(failures).doesNotHaveDuplicates().allMatch(e -> "over".equals(e.getMessage()));
    assertThat(watched.await(value -> value == 0, LONG)).isZero(); // What is true stays true.
  }

  @Test
  void subscriptionThatIsClosedAtOnceHearsNothing() {
    List<Integer> heard = new ArrayList<>();
    watched.subscribe(heard::add).close();
    executor.runAll();
    assertThat(heard).isEmpty();
  }

  @Test
  void conditionThatThrowsEndsTheWaitOfItsThreadAlone() {
    assertThatThrownBy(() ->
            watched.await(
                value -> {
                  throw new IllegalStateException("a bug");
                },
                LONG))
        .isInstanceOf(IllegalStateException.class);
  }
}
