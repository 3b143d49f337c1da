package dev.dialkey.testkit;

import dev.dialkey.internal.machine.Cycle;

/** An endpoint's event loop, which the simulation turns in place of a thread. */
final class SimulatedLoop implements Actor {
  private final Simulation simulation;
  private final Cycle cycle;
  private final SimulatedSocket socket;
  private long wakesAtNanos;

  SimulatedLoop(Simulation simulation, Cycle cycle, SimulatedSocket socket) {
    this.simulation = simulation;
    this.cycle = cycle;
    this.socket = socket;
    this.wakesAtNanos = simulation.nowNanos();
  }

  @Override
  public boolean isReady(long nowNanos) {
    return !isOver() && (wakesAtNanos <= nowNanos || socket.wakes());
  }

  @Override
  public long wakesAtNanos() {
    return isOver() ? NEVER : wakesAtNanos;
  }

  @Override
  public void takeTurn() {
    simulation.library().seedThread(simulation.nextChance());
    try {
      wakesAtNanos = simulation.nowNanos() + cycle.step();
    } finally {
      simulation.library().seedThread(0);
    }
  }

  @Override
  public boolean isOver() {
    return cycle.isClosed();
  }
}
