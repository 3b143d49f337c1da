package dev.dialkey.micrometer;

import dev.dialkey.Endpoint;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Hands out the figures of one endpoint to the meters of one registry, so that a scrape, which
 * reads each meter once and without delay, sees one snapshot. Meters refer to it, so it must not
 * refer to the endpoint. Thread-safe.
 */
final class Figures {
  /** Longer than a scrape takes to read the meters, and too short to be seen on a graph. */
  static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final LongSupplier clock;
  private final Set<String> handedOut = new HashSet<>();
  private Map<String, Long> snapshot = Map.of();
  private long takenNanos;

  Figures() {
    this(System::nanoTime);
  }

  Figures(LongSupplier clock) {
    this.clock = clock;
  }

  /** The figure; who asks for the same one again gets a new value however soon. */
  long read(String figure, Endpoint endpoint) {
    lock.lock();
    try {
      long nowNanos = clock.getAsLong();
      boolean usable = !snapshot.isEmpty() && nowNanos - takenNanos < MAX_AGE_NANOS;
      if (!usable || handedOut.contains(figure)) {
        snapshot = endpoint.metrics().snapshot();
        takenNanos = nowNanos;
        handedOut.clear();
      }
      handedOut.add(figure);
      return snapshot.getOrDefault(figure, 0L);
    } finally {
      lock.unlock();
    }
  }
}
