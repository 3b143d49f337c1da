package dev.dialkey.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A binary heap of deadlines. Owned by one loop thread; not thread-safe. */
@SuppressWarnings("ReferenceEquality") // A connection is itself and nothing else.
final class DeadlineHeap {
  static final int ABSENT = -1;

  private @Nullable Driven[] heap = new Driven[16];
  private int size;

  int size() {
    return size;
  }

  /** Adds the entry or moves it to its new deadline. */
  void schedule(Driven entry, long deadlineNanos) {
    entry.scheduledNanos = deadlineNanos;
    if (entry.heapIndex == ABSENT) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      place(entry, size++);
    }
    siftUp(entry.heapIndex);
    siftDown(entry.heapIndex);
  }

  void remove(Driven entry) {
    int index = entry.heapIndex;
    if (index == ABSENT) {
      return;
    }
    entry.heapIndex = ABSENT;
    entry.scheduledNanos = Driven.NO_DEADLINE;
    Driven last = at(--size);
    heap[size] = null;
    if (last != entry) {
      place(last, index);
      siftUp(index);
      siftDown(last.heapIndex);
    }
  }

  /** The earliest entry, still in the heap. */
  @Nullable Driven peek() {
    return heap[0];
  }

  private void siftUp(int start) {
    int index = start;
    Driven entry = at(index);
    while (index > 0) {
      int parentIndex = (index - 1) >>> 1;
      Driven parent = at(parentIndex);
      if (!before(entry, parent)) {
        break;
      }
      place(parent, index);
      index = parentIndex;
    }
    place(entry, index);
  }

  private void siftDown(int start) {
    int index = start;
    Driven entry = at(index);
    while (2 * index + 1 < size) {
      int child = 2 * index + 1;
      if (child + 1 < size && before(at(child + 1), at(child))) {
        child++;
      }
      if (!before(at(child), entry)) {
        break;
      }
      place(at(child), index);
      index = child;
    }
    place(entry, index);
  }

  /** The time scale has an arbitrary origin, so deadlines are compared by difference. */
  private static boolean before(Driven a, Driven b) {
    return a.scheduledNanos - b.scheduledNanos < 0;
  }

  private void place(Driven entry, int index) {
    heap[index] = entry;
    entry.heapIndex = index;
  }

  private Driven at(int index) {
    Driven entry = heap[index];
    if (entry == null) {
      throw new AssertionError("hole in the heap at " + index + " of " + size);
    }
    return entry;
  }
}
