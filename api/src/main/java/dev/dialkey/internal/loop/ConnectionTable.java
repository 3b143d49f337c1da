package dev.dialkey.internal.loop;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connections by the connection ids we issued, 8 bytes read as a big-endian {@code long}. Look-ups
 * take no lock and box nothing; changes take a lock of their own.
 */
@SuppressWarnings("ReferenceEquality") // A connection is itself and nothing else.
public final class ConnectionTable {
  private static final int FIRST_CAPACITY = 64;

  private record Entry(long id, @Nullable Driven connection) {}

  private final ReentrantLock lock = new ReentrantLock();

  /** Volatile: readers must see a table that grew. Entries in it are immutable. */
  private volatile AtomicReferenceArray<@Nullable Entry> table =
      new AtomicReferenceArray<>(FIRST_CAPACITY);

  // Guarded by lock. A removed id keeps its slot, as an entry without connection, until the table
  // is
  // rebuilt: a reader may be probing past it.
  private int usedSlots;
  private int live;

  /** The connection that issued the id. */
  public @Nullable Driven get(long id) {
    AtomicReferenceArray<@Nullable Entry> current = table;
    int mask = current.length() - 1;
    for (int slot = slot(id, mask); ; slot = (slot + 1) & mask) {
      Entry entry = current.getAcquire(slot);
      if (entry == null) {
        return null;
      }
      if (entry.id == id) {
        return entry.connection;
      }
    }
  }

  /** Adds the id; false when another connection has it already. */
  public boolean putIfAbsent(long id, Driven connection) {
    lock.lock();
    try {
      Driven present = get(id);
      if (present != null) {
        return present == connection;
      }
      if ((usedSlots + 1) * 2 > table.length()) {
        rebuild();
      }
      insert(table, new Entry(id, connection));
      live++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Removes the id if it belongs to the connection. */
  public void remove(long id, Driven connection) {
    lock.lock();
    try {
      if (get(id) == connection) {
        insert(table, new Entry(id, null));
        live--;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Number of ids in the table. */
  public int size() {
    lock.lock();
    try {
      return live;
    } finally {
      lock.unlock();
    }
  }

  private void insert(AtomicReferenceArray<@Nullable Entry> into, Entry added) {
    int mask = into.length() - 1;
    for (int slot = slot(added.id, mask); ; slot = (slot + 1) & mask) {
      Entry entry = into.get(slot);
      if (entry == null || entry.id == added.id) {
        usedSlots += entry == null ? 1 : 0;
        into.setRelease(slot, added);
        return;
      }
    }
  }

  private void rebuild() {
    AtomicReferenceArray<@Nullable Entry> old = table;
    int capacity = FIRST_CAPACITY;
    while (capacity < (live + 1) * 4) {
      capacity *= 2;
    }
    var fresh = new AtomicReferenceArray<@Nullable Entry>(capacity);
    usedSlots = 0;
    for (int slot = 0; slot < old.length(); slot++) {
      Entry entry = old.get(slot);
      if (entry != null && entry.connection != null) {
        insert(fresh, entry);
      }
    }
    table = fresh;
  }

  /** Ids are random or keyed hashes, but a hostile first id is chosen by the peer: mix it. */
  private static int slot(long id, int mask) {
    long mixed = id * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & mask;
  }
}
