package dev.dialkey.internal.loop;

import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a loop. Threads that it has news for are woken at the end of a step, when it holds
 * no lock any more: whoever is woken wants the lock of that very connection.
 */
public final class LoopThread extends Thread {
  private final ArrayList<Thread> waking = new ArrayList<>();

  LoopThread(String name, Runnable loop) {
    super(null, loop, name);
    setDaemon(true);
  }

  /** Wakes a waiting thread, at once or, on the thread of a loop, soon. */
  public static void wake(@Nullable Thread waiting) {
    if (waiting != null && Thread.currentThread() instanceof LoopThread loop) {
      loop.waking.add(waiting);
    } else {
      LockSupport.unpark(waiting);
    }
  }

  /** Wakes those that are to be woken. On this thread, without a lock. */
  void wakeCollected() {
    for (int i = 0; i < waking.size(); i++) {
      LockSupport.unpark(waking.get(i));
    }
    waking.clear();
  }
}
