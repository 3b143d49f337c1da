package dev.dialkey.bench.harness.result;

import java.util.Arrays;

/**
 * One figure over all rounds.
 *
 * @param median middle of the rounds
 * @param best the best round
 * @param worst the worst round
 * @param rounds how many there were
 */
public record Spread(double median, double best, double worst, int rounds) {

  /**
   * The spread of some figures.
   *
   * @param better which way is good
   * @param values at least one
   */
  public static Spread of(Better better, double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("a spread needs a round");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    double low = sorted[0];
    double high = sorted[sorted.length - 1];
    return switch (better) {
      case LOWER -> new Spread(median, low, high, sorted.length);
      case HIGHER -> new Spread(median, high, low, sorted.length);
    };
  }

  /** The lower end of the range. */
  public double low() {
    return Math.min(best, worst);
  }

  /** The upper end of the range. */
  public double high() {
    return Math.max(best, worst);
  }

  /** Whether the ranges meet, so that the medians prove nothing. */
  public boolean overlaps(Spread other) {
    return low() <= other.high() && other.low() <= high();
  }
}
