package dev.dialkey.internal.connection;

import dev.dialkey.internal.loop.ConnectionTable;
import java.util.Arrays;

/** The ids under which a connection stands in the endpoint's table. Guarded by its lock. */
final class ConnectionIds {
  private final ConnectionTable table;
  private final PeerConnection connection;
  private long[] ids = new long[4];
  private int size;

  ConnectionIds(ConnectionTable table, PeerConnection connection) {
    this.table = table;
    this.connection = connection;
  }

  void add(long id) {
    if (!table.putIfAbsent(id, connection)) {
      return; // One chance in 2^48: the peer's packets with this id are lost, those with others
      // not.
    }
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = id;
  }

  void remove(long id) {
    table.remove(id, connection);
    for (int i = 0; i < size; i++) {
      if (ids[i] == id) {
        ids[i] = ids[--size];
        return;
      }
    }
  }

  void removeAll() {
    while (size > 0) {
      table.remove(ids[--size], connection);
    }
  }
}
