package dev.dialkey.testkit;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What one direction of a link does to datagrams.
 *
 * @param loss share of them that gets lost, 0 to 1
 * @param duplication share that arrives twice
 * @param reordering share that is held back, for up to the delay and the jitter again, and
 *     overtaken meanwhile
 * @param delay how long each takes at least
 * @param jitter how much longer at most; without reordering they keep their order
 */
public record LinkFaults(
    double loss, double duplication, double reordering, Duration delay, Duration jitter) {

  /** Checks the shares. */
  public LinkFaults {
    for (double share : new double[] {loss, duplication, reordering}) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("a share is 0 to 1, not " + share);
      }
    }
    if (delay.isNegative() || jitter.isNegative()) {
      throw new IllegalArgumentException("time does not run backwards");
    }
  }

  /**
   * A link without faults.
   *
   * @param delay how long it takes one way
   * @return the faults: none
   */
  public static LinkFaults none(Duration delay) {
    return new LinkFaults(0, 0, 0, delay, Duration.ZERO);
  }

  /**
   * A link that is somewhere between good and hardly usable.
   *
   * @param random decides
   * @return the faults
   */
  public static LinkFaults random(RandomGenerator random) {
    double badness = random.nextDouble();
    return new LinkFaults(
        0.3 * badness * random.nextDouble(),
        0.2 * badness * random.nextDouble(),
        0.3 * badness * random.nextDouble(),
        Duration.ofNanos(random.nextLong(100_000, 100_000_000)),
        Duration.ofNanos(random.nextLong(50_000_000)));
  }

  /**
   * The same with another loss.
   *
   * @param share share that gets lost
   * @return the faults
   */
  public LinkFaults withLoss(double share) {
    return new LinkFaults(share, duplication, reordering, delay, jitter);
  }
}
