package dev.dialkey.internal.connection;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The open streams of a connection by id, without boxing. Guarded by the connection's lock. */
final class StreamMap {
  private static final int FIRST_CAPACITY = 8;

  /** Empty until the first stream opens: an idle connection pays nothing. */
  private @Nullable StreamState[] slots = new StreamState[0];

  private int size;

  @Nullable StreamState get(long id) {
    if (size == 0) {
      return null;
    }
    int mask = slots.length - 1;
    for (int slot = slot(id, mask); ; slot = (slot + 1) & mask) {
      StreamState stream = slots[slot];
      if (stream == null || stream.id() == id) {
        return stream;
      }
    }
  }

  int size() {
    return size;
  }

  void put(StreamState stream) {
    if ((size + 1) * 2 > slots.length) {
      grow();
    }
    insert(stream);
    size++;
  }

  void remove(long id) {
    if (get(id) == null) {
      return;
    }
    int mask = slots.length - 1;
    int hole = slot(id, mask);
    while (at(hole).id() != id) {
      hole = (hole + 1) & mask;
    }
    slots[hole] = null;
    size--;
    closeGap(hole, mask);
  }

  /** Visits a snapshot: the action may remove streams. */
  void forEach(Consumer<StreamState> action) {
    for (StreamState stream : slots.clone()) {
      if (stream != null) {
        action.accept(stream);
      }
    }
  }

  /** Entries behind the hole move up, so that no probe stops at it. */
  private void closeGap(int firstHole, int mask) {
    int hole = firstHole;
    int slot = (hole + 1) & mask;
    for (StreamState next = slots[slot]; next != null; next = slots[slot]) {
      int wanted = slot(next.id(), mask);
      if (((slot - wanted) & mask) >= ((slot - hole) & mask)) {
        slots[hole] = next;
        slots[slot] = null;
        hole = slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  private void grow() {
    @Nullable StreamState[] old = slots;
    slots = new StreamState[Math.max(FIRST_CAPACITY, old.length * 2)];
    for (StreamState stream : old) {
      if (stream != null) {
        insert(stream);
      }
    }
  }

  private void insert(StreamState stream) {
    int mask = slots.length - 1;
    int slot = slot(stream.id(), mask);
    while (slots[slot] != null) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = stream;
  }

  private StreamState at(int slot) {
    StreamState stream = slots[slot];
    if (stream == null) {
      throw new AssertionError("no stream in slot " + slot);
    }
    return stream;
  }

  private static int slot(long id, int mask) {
    return (int) (id ^ (id >>> 2)) & mask;
  }
}
