package dev.dialkey.bench.harness.process;

/** Reads the texts that Linux has below /proc. */
final class ProcText {
  /** Fields of /proc/PID/stat behind the name, counted from 0. */
  private static final int USER_FIELD = 11;

  private static final int SYSTEM_FIELD = 12;

  /** user, nice, system, idle, iowait: the two that are no work, in the line {@code cpu}. */
  private static final int IDLE_FIELD = 4;

  private static final int WAIT_FIELD = 5;

  /** user to steal; the two behind, for guests, are counted in user and nice already. */
  private static final int LAST_FIELD = 8;

  private ProcText() {}

  /**
   * CPU time of a process, ended threads included.
   *
   * @param user in ticks
   * @param system in ticks
   */
  record Ticks(long user, long system) {}

  /** From /proc/PID/stat. */
  static Ticks processTicks(String stat) {
    // The name stands in brackets and may hold brackets and spaces itself.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" +", -1);
    return new Ticks(Long.parseLong(fields[USER_FIELD]), Long.parseLong(fields[SYSTEM_FIELD]));
  }

  /** Ticks that all cores together did not idle, from /proc/stat. */
  static long busyTicks(String stat) {
    String[] fields = stat.lines().findFirst().orElseThrow().split(" +", -1);
    long busy = 0;
    for (int field = 1; field <= LAST_FIELD && field < fields.length; field++) {
      if (field != IDLE_FIELD && field != WAIT_FIELD) {
        busy += Long.parseLong(fields[field]);
      }
    }
    return busy;
  }

  /** Resident bytes, from /proc/PID/status. */
  static long residentBytes(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no VmRSS: the process ended"));
  }

  /** The load average of the last minute, from /proc/loadavg. */
  static double load(String loadavg) {
    return Double.parseDouble(loadavg.split(" ", -1)[0]);
  }
}
