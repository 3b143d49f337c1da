package dev.dialkey.bench.harness.result;

/**
 * What one process used during a step.
 *
 * @param cpuSeconds CPU time, user and system, to the nanosecond
 * @param userSeconds of it in the program, in ticks of the clock, so of coarse resolution
 * @param systemSeconds of it in the kernel, likewise
 * @param residentBytes memory at the end of the step
 */
public record ProcessUse(
    double cpuSeconds, double userSeconds, double systemSeconds, long residentBytes) {

  /** The use between an earlier sample of running totals and this one. */
  public ProcessUse since(ProcessUse earlier) {
    return new ProcessUse(
        cpuSeconds - earlier.cpuSeconds,
        userSeconds - earlier.userSeconds,
        systemSeconds - earlier.systemSeconds,
        residentBytes);
  }
}
