package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
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
          ? CONNECTION
          : CONFIGURATION;
    }
  }

  private final Map<Kind, AtomicLongArray> recent = new EnumMap<>(Kind.class);
  private final Queue<Long> all = new ConcurrentLinkedQueue<>();
  private final AtomicLong made = new AtomicLong();

  FuzzObjects() {
    for (Kind kind : Kind.values()) {
      recent.put(kind, new AtomicLongArray(RECENT));
    }
  }

  /** Puts it in the place of an older one; threads may race for that, for any id will do. */
  void remember(Kind kind, long id) {
    of(kind).set((int) (made.incrementAndGet() % RECENT), id);
    all.add(id);
  }

  long recent(Kind kind, Random random) {
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
