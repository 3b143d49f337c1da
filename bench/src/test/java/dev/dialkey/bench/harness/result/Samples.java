package dev.dialkey.bench.harness.result;

import java.util.Map;

/** Samples with given figures, for tests of what is reckoned from them. */
public final class Samples {
  public static final RunInfo RUN =
      new RunInfo(
          "0123456789ab",
          false,
          "2026-01-02T03:04:05Z",
          "bench/run",
          new Machine("25+36", "6.18", "amd64 GenuineIntel AES", 2, 4 << 20, 4 << 20));

  private static final long GIB = 1L << 30;
  private static final Surroundings QUIET = new Surroundings(0.5, 0.6, 0);

  private Samples() {}

  /** A GiB in one second, at a price of CPU that both ends share. */
  public static Sample bulk(String peer, int round, double cpuSeconds) {
    return of(new Step(peer, Workload.BULK, round, GIB), 1, cpuSeconds, Map.of());
  }

  /** Any sample. */
  public static Sample of(
      Step step, double seconds, double cpuSeconds, Map<String, Double> figures) {
    ProcessUse half = new ProcessUse(cpuSeconds / 2, cpuSeconds / 4, cpuSeconds / 4, 1 << 20);
    return new Sample(RUN, step, seconds, half, half, QUIET, figures);
  }
}
