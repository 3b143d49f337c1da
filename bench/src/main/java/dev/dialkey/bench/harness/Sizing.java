package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.result.Workload;

/**
 * How much a step does: enough for a figure, and not longer than needed. Each step of the warm-up
 * sets the size of the next; measured rounds all keep the last size.
 *
 * @param bulkBytes bytes of a bulk step, where that does not take too long
 * @param targetCpuSeconds CPU time that any other step should take, both ends together
 * @param maxSeconds wall time that no step should take much longer than
 */
record Sizing(long bulkBytes, double targetCpuSeconds, double maxSeconds) {
  private static final long MIB = 1 << 20;

  /** More than a second, for jitter of a scheduler's time slice is then below one percent. */
  private static final double CPU_SECONDS = 1.5;

  private static final double SECONDS = 8;

  /** A first step in a cold process may measure anything; grow in steps from there. */
  private static final double MAX_GROWTH = 100;

  static Sizing ofBulk(long bytes) {
    return new Sizing(bytes, CPU_SECONDS, SECONDS);
  }

  /** What a peer does first, when nothing is known of it: the slowest takes a few seconds. */
  long first(Workload workload) {
    return switch (workload) {
      case BULK, GARBAGE -> Math.min(bulkBytes, 16 * MIB);
      case LAT -> 1_000;
      case RPS -> 5_000;
      case HS, HS16 -> 100;
      case DGRAM -> 20_000;
      case IDLE -> idleConnections();
    };
  }

  /** Connections added to the first ones of the memory measurement: 2,000 in all. */
  static long idleConnections() {
    return 1_980;
  }

  /**
   * What it does next.
   *
   * @param workload what
   * @param amount how much the last step did
   * @param cpuSeconds what both ends used for that
   * @param seconds how long it took
   */
  long next(Workload workload, long amount, double cpuSeconds, double seconds) {
    double limit = amount * Math.min(MAX_GROWTH, maxSeconds / seconds);
    return switch (workload) {
      case BULK, GARBAGE -> Math.max(MIB, (long) Math.min((double) bulkBytes, limit) / MIB * MIB);
      case LAT, RPS, HS, HS16, DGRAM -> {
        double wanted = Math.min(limit, amount * targetCpuSeconds / cpuSeconds);
        yield round(Math.clamp((long) wanted, 1, most(workload)));
      }
      case IDLE -> amount;
    };
  }

  /** Bounds the effect of a step too short to measure; no peer needs so many in earnest. */
  private static long most(Workload workload) {
    return switch (workload) {
      case HS, HS16 -> 10_000;
      default -> 5_000_000;
    };
  }

  /** Down to two digits: the same peer has the same size in most runs, and it reads well. */
  private static long round(long amount) {
    long unit = 1;
    while (amount / unit >= 100) {
      unit *= 10;
    }
    return amount / unit * unit;
  }
}
