package dev.dialkey.bindings;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Native memory for the out-parameters of connections' calls, 64 bytes each, handed out from larger
 * pieces: a connection is too short-lived to own an arena. Thread-safe.
 */
public final class ResultSlots {
  static final int SLOT_BYTES = 64;
  private static final int SLOTS_PER_PIECE = 256;

  private final NativeMemory memory;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<MemorySegment> free = new ArrayDeque<>();

  ResultSlots(NativeMemory memory) {
    this.memory = memory;
  }

  MemorySegment take() {
    lock.lock();
    try {
      if (free.isEmpty()) {
        MemorySegment piece = memory.allocate((long) SLOT_BYTES * SLOTS_PER_PIECE);
        for (int i = 0; i < SLOTS_PER_PIECE; i++) {
          free.push(piece.asSlice((long) i * SLOT_BYTES, SLOT_BYTES));
        }
      }
      return free.pop();
    } finally {
      lock.unlock();
    }
  }

  void giveBack(MemorySegment slot) {
    lock.lock();
    try {
      free.push(slot);
    } finally {
      lock.unlock();
    }
  }
}
