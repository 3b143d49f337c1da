package dev.dialkey.testkit;

import java.time.Duration;

/**
 * Which seeds a test runs with. Without being told otherwise it runs a fixed number from 1 on and
 * stops early on slow machines. System properties ask for something else:
 *
 * <ul>
 *   <li>{@code dialkey.sim.seed} runs this one alone, to repeat a failure;
 *   <li>{@code dialkey.sim.seeds} runs so many, however long it takes;
 *   <li>{@code dialkey.sim.from} begins there in place of 1.
 * </ul>
 */
public final class Seeds {

  /** What is done with a seed. */
  @FunctionalInterface
  public interface Trial {

    /**
     * Does it.
     *
     * @param seed the seed
     * @throws Exception when it fails
     */
    void run(long seed) throws Exception;
  }

  private Seeds() {}

  /**
   * Runs a trial with one seed after another, until one fails.
   *
   * @param count how many when nothing else is asked for
   * @param limit real time after which no further one begins when nothing else is asked for
   * @param trial what is done with each
   * @return how many were run
   * @throws Exception what the trial throws
   */
  public static long each(long count, Duration limit, Trial trial) throws Exception {
    Long single = Long.getLong("dialkey.sim.seed");
    if (single != null) {
      trial.run(single);
      return 1;
    }
    Long asked = Long.getLong("dialkey.sim.seeds");
    long first = Long.getLong("dialkey.sim.from", 1);
    long wanted = asked != null ? asked : count;
    long start = System.nanoTime();
    long done = 0;
    while (done < wanted && (asked != null || System.nanoTime() - start < limit.toNanos())) {
      trial.run(first + done);
      done++;
    }
    return done;
  }
}
