package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeMemory;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Scratch memory for threads that are no loops, about 93 KiB each, made on demand and kept for the
 * endpoint's life. Thread-safe.
 */
public final class ScratchPool {
  /**
   * As many threads begin a connection by themselves at the same moment. One more leaves it to the
   * loop, so the bound costs time, never correctness. 16 are under 2 MiB.
   */
  static final int MAX_SCRATCHES = 16;

  private final NativeMemory memory;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final ArrayDeque<Scratch> free = new ArrayDeque<>();
  private int made;

  public ScratchPool(NativeMemory memory) {
    this.memory = memory;
  }

  /** One to use, or null when all are in use. */
  public @Nullable Scratch take() {
    lock.lock();
    try {
      Scratch scratch = free.poll();
      if (scratch == null && made < MAX_SCRATCHES) {
        made++;
        scratch = new Scratch(memory.newSinglePacketBatch(), memory.newEventBatch());
      }
      return scratch;
    } finally {
      lock.unlock();
    }
  }

  public void giveBack(Scratch scratch) {
    lock.lock();
    try {
      free.push(scratch);
    } finally {
      lock.unlock();
    }
  }
}
