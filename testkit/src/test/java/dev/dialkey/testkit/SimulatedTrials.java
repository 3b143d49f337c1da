package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bindings.LiveObjects;
import dev.dialkey.bindings.NativeLibrary;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Runs seed after seed and sees that none leaves anything behind. Stateless. */
final class SimulatedTrials {

  private SimulatedTrials() {}

  /** As {@link Seeds#each}; the compiler has done its work after {@code warmUp} of them. */
  static void run(long count, long warmUp, Duration limit, Seeds.Trial trial) throws Exception {
    long start = System.nanoTime();
    var memory = new MemoryGrowth(warmUp);
    long done =
        Seeds.each(
            count,
            limit,
            seed -> {
              trial.run(seed);
              assertThat(NativeLibrary.load().liveObjects())
                  .as("left by seed %d", seed)
                  .isEqualTo(new LiveObjects(0, 0, 0));
              memory.seedIsDone();
            });
    double seconds = (System.nanoTime() - start) / 1e9;
    System.getLogger("dialkey.test")
        .log(Level.INFO, () -> String.format("%d seeds in %.1f s", done, seconds));
    memory.check();
  }
}
