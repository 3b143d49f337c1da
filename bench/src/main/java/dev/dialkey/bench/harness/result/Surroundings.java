package dev.dialkey.bench.harness.result;

/**
 * What else the machine did during a step.
 *
 * @param loadBefore load average of the last minute when the step began
 * @param loadAfter and when it ended
 * @param othersCpuSeconds CPU time that neither of the two peers used, idle time excluded
 */
public record Surroundings(double loadBefore, double loadAfter, double othersCpuSeconds) {}
