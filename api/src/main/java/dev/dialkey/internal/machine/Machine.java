package dev.dialkey.internal.machine;

import dev.dialkey.bindings.NativeSocket;
import dev.dialkey.bindings.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint runs on. Everything that takes time, waits or sends goes through it, so that a
 * simulation can stand in for all of it. Thread-safe.
 */
public interface Machine {

  /** The time, on a scale with an arbitrary origin: as {@link System#nanoTime}. */
  long nanoTime();

  /**
   * Parks the current thread until it is unparked, interrupted or the time is over; may also return
   * for no reason. No lock is held.
   *
   * @param wait for what it waits; whoever ends that unparks the thread
   * @param nanos {@code Long.MAX_VALUE} for ever
   */
  void park(Parked wait, long nanos);

  /** Waits for a future that this library completes, under no lock. */
  <T extends @Nullable Object> T await(CompletableFuture<T> future, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException;

  /** A virtual thread, to be started by {@link #start}. */
  Thread newThread(String name, Runnable task);

  /** Starts a thread made here. */
  void start(Thread thread);

  /** Runs a task on a virtual thread of its own. */
  default void run(String name, Runnable task) {
    start(newThread(name, task));
  }

  /** Waits for the end of a thread made here. */
  void join(Thread thread, long nanos) throws InterruptedException;

  /** Opens a socket. */
  UdpSocket open(InetSocketAddress address, Set<NativeSocket.Flag> flags) throws IOException;

  /**
   * Has the work done from now on.
   *
   * @param socket was opened here; it wakes the work
   */
  void drive(Cycle cycle, UdpSocket socket);
}
