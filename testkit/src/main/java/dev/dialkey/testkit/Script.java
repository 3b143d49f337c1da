package dev.dialkey.testkit;

/**
 * What one simulated thread does: ordinary blocking code over endpoints of the simulation. It waits
 * in calls of Dialkey and of {@link Simulation} alone; whatever else blocks, blocks the simulation.
 */
@FunctionalInterface
public interface Script {

  /**
   * Does it.
   *
   * @throws Exception fails the simulation
   */
  void run() throws Exception;
}
