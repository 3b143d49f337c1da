package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Ratio;
import dev.dialkey.bench.harness.result.Spread;
import java.util.Locale;

/** Writes figures as people read them. */
final class Numbers {
  /** Behind a ratio whose ranges meet. */
  static final String UNRESOLVED = "≈";

  private Numbers() {}

  /** About three digits, never an exponent. */
  static String figure(double value) {
    double size = Math.abs(value);
    if (size >= 1_000_000) {
      return String.format(Locale.ROOT, "%.2f M", value / 1e6);
    }
    if (size >= 10_000) {
      return String.format(Locale.ROOT, "%.1f k", value / 1e3);
    }
    int digits = size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Median and range; a single round has none. */
  static String spread(Spread spread) {
    return spread.rounds() == 1
        ? figure(spread.median())
        : "%s [%s–%s]"
            .formatted(figure(spread.median()), figure(spread.best()), figure(spread.worst()));
  }

  /** A ratio, marked if it proves nothing. */
  static String ratio(Ratio ratio) {
    String value = String.format(Locale.ROOT, "%.2f", ratio.value());
    return ratio.isResolved() ? value : value + " " + UNRESOLVED;
  }
}
