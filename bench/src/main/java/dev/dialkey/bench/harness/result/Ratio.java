package dev.dialkey.bench.harness.result;

/**
 * A variant against a base; above 1 the variant is the better one.
 *
 * @param value of the medians
 * @param isResolved whether the ranges are apart; else the value proves nothing, and neither does
 *     one of a single round
 */
public record Ratio(double value, boolean isResolved) {

  /**
   * Compares two spreads of the same metric.
   *
   * @param better which way is good
   * @param base what is compared with
   * @param variant what is compared
   */
  public static Ratio of(Better better, Spread base, Spread variant) {
    double value =
        switch (better) {
          case LOWER -> base.median() / variant.median();
          case HIGHER -> variant.median() / base.median();
        };
    boolean hasRanges = base.rounds() > 1 && variant.rounds() > 1;
    return new Ratio(value, hasRanges && !base.overlaps(variant));
  }
}
