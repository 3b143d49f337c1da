package dev.dialkey.internal.connection;

import dev.dialkey.internal.machine.Machine;
import java.time.Duration;

/** Points in the time of a machine up to which a call waits. Stateless. */
public final class Deadline {
  /** It never comes. */
  public static final long NEVER = Long.MAX_VALUE;

  /** A time-out that outlasts every process. */
  public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  /** Beyond this, sums with the clock could overflow: 73 years. */
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

  private Deadline() {}

  /** The point that lies a time-out ahead of now. */
  public static long after(Machine machine, Duration timeout) {
    if (timeout.compareTo(LONGEST) > 0) {
      return NEVER;
    }
    return machine.nanoTime() + Math.max(timeout.toNanos(), 0);
  }

  /** Time left until the point; long, for one that never comes. */
  public static long nanosLeft(Machine machine, long deadlineNanos) {
    return deadlineNanos == NEVER ? Long.MAX_VALUE : deadlineNanos - machine.nanoTime();
  }
}
