package dev.dialkey.internal.machine;

import dev.dialkey.bindings.NativeSocket;
import dev.dialkey.bindings.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The one that the program runs on. Stateless. */
public final class SystemMachine implements Machine {

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void park(Parked wait, long nanos) {
    if (nanos == Long.MAX_VALUE) {
      LockSupport.park(wait);
    } else {
      LockSupport.parkNanos(wait, nanos);
    }
  }

  @Override
  public <T extends @Nullable Object> T await(CompletableFuture<T> future, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public Thread newThread(String name, Runnable task) {
    return Thread.ofVirtual().name(name).unstarted(task);
  }

  @Override
  public void start(Thread thread) {
    thread.start();
  }

  @Override
  public void join(Thread thread, long nanos) throws InterruptedException {
    thread.join(Duration.ofNanos(nanos));
  }

  @Override
  public UdpSocket open(InetSocketAddress address, Set<NativeSocket.Flag> flags)
      throws IOException {
    return NativeSocket.open(address, flags);
  }

  @Override
  public void drive(Cycle cycle, UdpSocket socket) {
    cycle.start();
  }
}
