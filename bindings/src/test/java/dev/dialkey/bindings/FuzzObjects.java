package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;

/** Ids that a fuzzer has made, alive or stale. Thread-safe. */
final class FuzzObjects {
  /** How many recent ids of a kind are remembered. */
  static final int RECENT = 32;

  enum Kind {
    CONFIGURATION(dialkey_h.DK_KIND_CONFIG()),
    CONNECTION(dialkey_h.DK_KIND_CONN()),
    SOCKET(dialkey_h.DK_KIND_SOCKET());

    final int code;

    Kind(int code) {
      this.code = code;
    }

    static Kind any(Random random) {
      return values()[random.nextInt(values().length)];
    }

    /** The kind of object that the first argument of a function names. */
    static Kind of(String function) {
      if (function.startsWith("dk_udp_")) {
        return SOCKET;
      }
      return function.startsWith("dk_conn_")
              || function.startsWith("dk_stream_")
              || function.startsWith("dk_path_")
              || function.startsWith("dk_probe")
              || function.startsWith("dk_frame_")
          ? CONNECTION
          : CONFIGURATION;
    }
  }

  private final Map<Kind, AtomicLongArray> recent = new EnumMap<>(Kind.class);
  private final List<Long> connected = new CopyOnWriteArrayList<>();
  private final Queue<Long> all = new ConcurrentLinkedQueue<>();

  FuzzObjects() {
    for (Kind kind : Kind.values()) {
      recent.put(kind, new AtomicLongArray(RECENT));
    }
  }

  /** Puts it in the place of an older one, that of its native slot if there are few. */
  void remember(Kind kind, long id) {
    of(kind).set((int) Math.floorMod(id, (long) RECENT), id);
    all.add(id);
  }

  /** A connection with a peer; it is not forgotten, for there are few. */
  void rememberConnected(long id) {
    connected.add(id);
    remember(Kind.CONNECTION, id);
  }

  long recent(Kind kind, Random random) {
    if (kind == Kind.CONNECTION && !connected.isEmpty() && random.nextInt(4) == 0) {
      return connected.get(random.nextInt(connected.size()));
    }
    return of(kind).get(random.nextInt(RECENT));
  }

  /** Frees whatever is left, most of it once more. */
  void freeAll() {
    for (long id : all) {
      dialkey_h.dk_conn_free(id);
      dialkey_h.dk_udp_close(id);
      dialkey_h.dk_config_free(id);
    }
  }

  private AtomicLongArray of(Kind kind) {
    return Objects.requireNonNull(recent.get(kind));
  }
}
