package dev.dialkey.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineHeapTest {

  @Test
  void earliestComesFirst() {
    var heap = new DeadlineHeap();
    FakeDriven late = new FakeDriven();
    FakeDriven early = new FakeDriven();
    assertThat(heap.peek()).isNull();
    heap.schedule(late, 20);
    heap.schedule(early, 10);
    assertThat(heap.peek()).isSameAs(early);
    heap.schedule(early, 30);
    assertThat(heap.peek()).isSameAs(late);
    assertThat(heap.size()).isEqualTo(2);
    heap.remove(late);
    heap.remove(late);
    assertThat(heap.peek()).isSameAs(early);
    assertThat(late.heapIndex).isEqualTo(DeadlineHeap.ABSENT);
    assertThat(late.scheduledNanos).isEqualTo(Driven.NO_DEADLINE);
  }

  @Test
  void deadlinesAreComparedByDifference() {
    var heap = new DeadlineHeap();
    FakeDriven before = new FakeDriven();
    FakeDriven after = new FakeDriven();
    heap.schedule(after, Long.MIN_VALUE + 5); // The clock has wrapped around in between.
    heap.schedule(before, Long.MAX_VALUE - 5);
    assertThat(heap.peek()).isSameAs(before);
  }

  @Test
  void behavesLikeASortedList() {
    for (long seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      var heap = new DeadlineHeap();
      Map<Driven, Long> model = new HashMap<>();
      List<FakeDriven> entries = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        entries.add(new FakeDriven());
      }
      for (int step = 0; step < 2_000; step++) {
        FakeDriven entry = entries.get(random.nextInt(entries.size()));
        if (random.nextInt(3) > 0) {
          long deadline = random.nextInt(1_000);
          heap.schedule(entry, deadline);
          model.put(entry, deadline);
        } else {
          heap.remove(entry);
          model.remove(entry);
        }
        check(heap, model, seed);
      }
    }
  }

  private static void check(DeadlineHeap heap, Map<Driven, Long> model, long seed) {
    assertThat(heap.size()).as("seed %s", seed).isEqualTo(model.size());
    var first = model.values().stream().min(Comparator.naturalOrder());
    Driven peeked = heap.peek();
    assertThat(peeked == null).isEqualTo(first.isEmpty());
    if (peeked != null) {
      assertThat(model.get(peeked)).as("seed %s", seed).isEqualTo(first.orElseThrow());
      assertThat(peeked.scheduledNanos).isEqualTo(first.orElseThrow());
    }
  }
}
