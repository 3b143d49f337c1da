package dev.dialkey.internal.connection;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.internal.loop.LoopThread;
import dev.dialkey.internal.machine.Machine;
import dev.dialkey.internal.machine.Parked;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * One thread parked for one outcome. It is armed and completed under the connection's lock and
 * awaited without it. The thread that completes it, usually the loop, also does the work for it, so
 * that the woken thread need not queue for the lock. Reused by its owner from wait to wait.
 */
final class Waiter implements Parked {
  /** Volatile: the woken thread reads the outcome without the connection's lock. */
  private volatile boolean completed = true;

  private @Nullable Thread thread;

  // What the completing thread works on: native memory, or nothing for a heap array, which may
  // move.
  private long address;
  private long remaining;
  private long transferred;

  boolean isArmed() {
    return !completed;
  }

  @Override
  public boolean isOver() {
    return completed;
  }

  /** Arms it for the current thread, with native memory to fill or to empty. */
  void arm(long nativeAddress, long length) {
    thread = Thread.currentThread();
    address = nativeAddress;
    remaining = length;
    transferred = 0;
    completed = false;
  }

  /** Arms it for a thread that wants to be woken and to look for itself. */
  void arm() {
    arm(0, 0);
  }

  boolean hasMemory() {
    return address != 0;
  }

  long address() {
    return address + transferred;
  }

  long remaining() {
    return remaining - transferred;
  }

  void advance(long bytes) {
    transferred += bytes;
  }

  /** Bytes moved by the completing thread. */
  long transferred() {
    return transferred;
  }

  /** Ends the wait. */
  void complete() {
    Thread waiting = thread;
    thread = null;
    completed = true;
    LoopThread.wake(waiting);
  }

  /** Withdraws it: after this no other thread touches the memory. Only under the lock. */
  void disarm() {
    thread = null;
    completed = true;
  }

  /**
   * Parks until completed.
   *
   * @return false when the deadline passed first; the waiter is then still armed
   * @throws InterruptedIOException when interrupted; the flag is set again, the waiter still armed
   */
  boolean await(Machine machine, long deadlineNanos) throws InterruptedIOException {
    while (!completed) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while waiting");
      }
      long left = Deadline.nanosLeft(machine, deadlineNanos);
      if (left <= 0) {
        return completed;
      }
      machine.park(this, left);
    }
    return true;
  }

  static DialkeyTimeoutException timeout(String operation) {
    return new DialkeyTimeoutException(operation);
  }
}
