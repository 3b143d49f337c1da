package dev.dialkey.internal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.internal.machine.SystemMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventQueueTest {
  private final StepExecutor executor = new StepExecutor();
  private final List<EventQueue<String>> closed = new ArrayList<>();
  private final EventQueue<String> queue =
      new EventQueue<>(missed -> "lagged " + missed, executor, new SystemMachine(), closed::add);

  @Test
  void eventsComeInOrderAndOnce() throws Exception {
    queue.add("a");
    queue.add("b");
    assertThat(queue.take()).contains("a");
    assertThat(queue.poll(Duration.ZERO)).contains("b");
    assertThat(queue.poll(Duration.ZERO)).isEmpty();
    assertThat(queue.poll(Duration.ofNanos(-5))).isEmpty();
    assertThat(executor.waiting()).isZero();
  }

  @Test
  void whatWaitsAtTheEndIsStillTaken() throws Exception {
    queue.add("a");
    queue.end();
    queue.add("too late");
    assertThat(queue.take()).contains("a");
    assertThat(queue.take()).isEmpty();
    assertThat(queue.take()).isEmpty();
    assertThat(closed).isEmpty();
  }

  @Test
  void oldestAreDroppedForAReaderThatIsSlowAndItIsTold() throws Exception {
    for (int i = 0; i < EventQueue.MAX_EVENTS + 3; i++) {
      queue.add("event " + i);
    }
    assertThat(queue.take()).contains("lagged 3");
    for (int i = 3; i < EventQueue.MAX_EVENTS + 3; i++) {
      assertThat(queue.take()).contains("event " + i);
    }
    assertThat(queue.poll(Duration.ZERO)).isEmpty();
    queue.add("next");
    assertThat(queue.take()).contains("next");
  }

  @Test
  void closingDropsWhatWaits() throws Exception {
    for (int i = 0; i < EventQueue.MAX_EVENTS + 3; i++) {
      queue.add("event " + i);
    }
    queue.close();
    assertThat(closed).containsExactly(queue);
    assertThat(queue.take()).isEmpty();
  }

  @Test
  void subscriberGetsAsManyAsItAsksFor() {
    var tape = new Tape<String>(0);
    queue.add("a");
    queue.publisher().subscribe(tape);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed");
    tape.subscription.request(2);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "a");
    queue.add("b");
    queue.add("c");
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "a", "b");
    tape.subscription.request(Long.MAX_VALUE);
    tape.subscription.request(Long.MAX_VALUE); // No overflow.
    executor.runAll();
    queue.add("d");
    queue.end();
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "a", "b", "c", "d", "complete");
    assertThat(closed).containsExactly(queue);
  }

  @Test
  void subscriberHearsOfTheEndWithoutAskingForMore() {
    var tape = new Tape<String>(0);
    queue.publisher().subscribe(tape);
    executor.runAll();
    queue.end();
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "complete");
    queue.end();
    executor.runAll();
    assertThat(tape.heard).hasSize(2);
  }

  @Test
  void endComesAfterWhatWaitsForDemand() {
    var tape = new Tape<String>(0);
    queue.publisher().subscribe(tape);
    queue.add("a");
    queue.end();
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed");
    tape.subscription.request(1);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "a", "complete");
  }

  @Test
  void slowSubscriberIsToldWhatItMissed() {
    var tape = new Tape<String>(0);
    queue.publisher().subscribe(tape);
    executor.runAll();
    for (int i = 0; i < EventQueue.MAX_EVENTS + 2; i++) {
      queue.add("event " + i);
    }
    tape.subscription.request(2);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "lagged 2", "event 2");
  }

  @Test
  void cancelledSubscriptionClosesTheQueue() {
    var tape = new Tape<String>(Long.MAX_VALUE);
    queue.publisher().subscribe(tape);
    executor.runAll();
    tape.subscription.cancel();
    tape.subscription.cancel();
    tape.subscription.request(1);
    queue.add("a");
    queue.end();
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed");
    assertThat(closed).contains(queue);
  }

  @Test
  void demandThatIsNotPositiveIsAnError() {
    for (long demand : new long[] {0, -1, Long.MIN_VALUE}) {
      var own =
          new EventQueue<String>(missed -> "lagged", executor, new SystemMachine(), closed::add);
      var tape = new Tape<String>(0);
      own.publisher().subscribe(tape);
      executor.runAll();
      own.add("a");
      tape.subscription.request(demand);
      tape.subscription.request(1);
      executor.runAll();
      own.end();
      executor.runAll();
      assertThat(tape.heard).containsExactly("subscribed", "IllegalArgumentException");
    }
  }

  @Test
  void noSubscriberIsAMistake() {
    assertThatThrownBy(() -> queue.publisher().subscribe(null))
        .isInstanceOf(NullPointerException.class);
    queue.publisher().subscribe(new Tape<String>(1)); // The place is free.
  }

  @Test
  void secondSubscriberIsTurnedAway() {
    queue.publisher().subscribe(new Tape<String>(1));
    var second = new Tape<String>(1);
    var publisher = queue.publisher();
    assertThatThrownBy(() -> publisher.subscribe(second)).isInstanceOf(IllegalStateException.class);
    executor.runAll();
    assertThat(second.heard).isEmpty();
  }

  @Test
  void subscriberThatClosesTheQueueWhenSubscribedHearsTheEndAfterwards() {
    var tape =
        new Tape<String>(0) {
          @Override
          public void onSubscribe(Flow.Subscription given) {
            queue.end();
            executor.runAll(); // As another thread may do at this moment.
            super.onSubscribe(given);
          }
        };
    queue.publisher().subscribe(tape);
    executor.runAll();
    assertThat(tape.heard).containsExactly("subscribed", "complete");
  }
}
