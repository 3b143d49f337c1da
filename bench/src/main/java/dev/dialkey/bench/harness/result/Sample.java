package dev.dialkey.bench.harness.result;

import java.util.Map;

/**
 * One measured step: one line of a result file.
 *
 * @param run the run it belongs to
 * @param step what was done
 * @param seconds wall time, as the client measured it
 * @param server what the server used
 * @param client what the client used
 * @param surroundings what else happened
 * @param figures what the client answered beside the time, and what a workload adds, by name
 */
public record Sample(
    RunInfo run,
    Step step,
    double seconds,
    ProcessUse server,
    ProcessUse client,
    Surroundings surroundings,
    Map<String, Double> figures) {

  public Sample {
    figures = Map.copyOf(figures);
  }

  /** CPU time of both processes. */
  public double cpuSeconds() {
    return server.cpuSeconds() + client.cpuSeconds();
  }
}
