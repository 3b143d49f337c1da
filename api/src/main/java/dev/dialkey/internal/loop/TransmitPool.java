package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.TransmitBatch;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Send buffers for threads that flush a connection, about 71 KiB each, made on demand and kept for
 * the endpoint's life. Thread-safe.
 */
public final class TransmitPool {
  /**
   * As many threads can flush at the same moment. One more gets none and its connection is served
   * once one is free, so the bound costs time, never correctness. 64 are under 5 MiB.
   */
  static final int MAX_BATCHES = 64;

  private final NativeMemory memory;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final ArrayDeque<TransmitBatch> free = new ArrayDeque<>();
  private final ArrayDeque<Driven> waiting = new ArrayDeque<>();
  private int made;

  public TransmitPool(NativeMemory memory) {
    this.memory = memory;
  }

  /** One to use, or null when all are in use. */
  public @Nullable TransmitBatch take() {
    lock.lock();
    try {
      TransmitBatch batch = free.poll();
      if (batch == null && made < MAX_BATCHES) {
        made++;
        batch = memory.newTransmitBatch();
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** One to use, or null when all are in use; the user is then served once one is free. */
  public @Nullable TransmitBatch takeOrAwait(Driven user) {
    lock.lock();
    try {
      TransmitBatch batch = take();
      if (batch == null && !waiting.contains(user)) {
        waiting.add(user);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  public void giveBack(TransmitBatch batch) {
    lock.lock();
    try {
      free.push(batch);
      // All of them, for the first may be gone; who gets none this time waits again.
      while (!waiting.isEmpty()) {
        Driven next = waiting.remove();
        next.home().post(next);
      }
    } finally {
      lock.unlock();
    }
  }
}
