package dev.dialkey.internal.loop;

import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a loop under benchmark, without the loop. In this package, because the heap is
 * visible nowhere else and should not be.
 */
@NullMarked
public final class TimerAccess {
  /** Deadlines lie within this time, as far as an idle time-out. */
  private static final long SPREAD_NANOS = 30_000_000_000L;

  private final DeadlineHeap heap = new DeadlineHeap();
  private final Sink[] entries;
  private final Sink extra = new Sink();
  private long now;
  private long random = 0x5DEECE66DL;

  /** Schedules so many deadlines. */
  public TimerAccess(int count) {
    entries = new Sink[count];
    Random seeded = new Random(count);
    for (int i = 0; i < count; i++) {
      entries[i] = new Sink();
      heap.schedule(entries[i], seeded.nextLong(SPREAD_NANOS));
    }
  }

  /** One more deadline, and away with it again, as for a connection that comes and goes. */
  public int insertAndCancel() {
    heap.schedule(extra, now + Math.floorMod(next(), SPREAD_NANOS));
    heap.remove(extra);
    return heap.size();
  }

  /** Gives any of the deadlines a new time. */
  public int move() {
    Sink entry = entries[(int) Math.floorMod(next(), (long) entries.length)];
    heap.schedule(entry, now + Math.floorMod(next(), SPREAD_NANOS));
    return entry.heapIndex;
  }

  /** Lets the earliest expire and sets it anew, as a loop does with a connection that goes on. */
  public long expireAndInsert() {
    Driven first = earliest();
    now = first.scheduledNanos;
    heap.remove(first);
    heap.schedule(first, now + Math.floorMod(next(), SPREAD_NANOS));
    return now;
  }

  private Driven earliest() {
    @Nullable Driven first = heap.peek();
    if (first == null) {
      throw new AssertionError("the heap never empties");
    }
    return first;
  }

  /** Xorshift: a random source that costs next to nothing beside a heap of ten. */
  private long next() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }
}
