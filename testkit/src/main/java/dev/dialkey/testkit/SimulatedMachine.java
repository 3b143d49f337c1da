package dev.dialkey.testkit;

import dev.dialkey.bindings.NativeSocket;
import dev.dialkey.bindings.UdpSocket;
import dev.dialkey.internal.machine.Cycle;
import dev.dialkey.internal.machine.Machine;
import dev.dialkey.internal.machine.Parked;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What an endpoint of a simulated host runs on. */
final class SimulatedMachine implements Machine {
  private final Simulation simulation;
  private final SimulatedHost host;

  SimulatedMachine(Simulation simulation, SimulatedHost host) {
    this.simulation = simulation;
    this.host = host;
  }

  @Override
  public long nanoTime() {
    return simulation.nowNanos();
  }

  @Override
  public void park(Parked wait, long nanos) {
    simulation.park(wait, nanos);
  }

  @Override
  public <T extends @Nullable Object> T await(CompletableFuture<T> future, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    long deadline = simulation.later(nanos);
    while (!future.isDone() && simulation.nowNanos() < deadline) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      simulation.park(future::isDone, nanos);
    }
    return future.get(0, TimeUnit.NANOSECONDS);
  }

  @Override
  public Thread newThread(String name, Runnable task) {
    return simulation.newThread(name, task);
  }

  @Override
  public void start(Thread thread) {
    simulation.start(thread);
  }

  @Override
  public void join(Thread thread, long nanos) throws InterruptedException {
    simulation.join(thread, nanos);
  }

  @Override
  public UdpSocket open(InetSocketAddress address, Set<NativeSocket.Flag> flags)
      throws IOException {
    return host.open(address);
  }

  @Override
  public void drive(Cycle cycle, UdpSocket socket) {
    simulation.drive(cycle, (SimulatedSocket) socket);
  }
}
