package dev.dialkey.testkit;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to happen when. Of what is due at one moment, the earliest planned comes first. */
final class Timetable implements Actor {
  private record Entry(long atNanos, long number, Runnable what) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(
          Comparator.comparingLong(Entry::atNanos).thenComparingLong(Entry::number));

  private long planned;

  void plan(long atNanos, Runnable what) {
    entries.add(new Entry(atNanos, planned++, what));
  }

  @Override
  public boolean isReady(long nowNanos) {
    return wakesAtNanos() <= nowNanos;
  }

  @Override
  public long wakesAtNanos() {
    Entry first = entries.peek();
    return first == null ? NEVER : first.atNanos;
  }

  @Override
  public void takeTurn() {
    Entry first = entries.poll();
    if (first != null) {
      first.what.run();
    }
  }

  @Override
  public boolean isOver() {
    return false;
  }
}
