package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Figure;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.Spread;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What Dialkey should reach: a figure, or one figure divided by another.
 *
 * @param name for people
 * @param unit of the figure; empty for a ratio
 * @param numerator the figure
 * @param denominator what it is divided by, if anything
 * @param bound what it should be
 */
record Goal(String name, String unit, Figure numerator, Optional<Figure> denominator, Bound bound) {

  /** What a figure should be, before the first release and later. */
  sealed interface Bound {
    /** Whether the figure is good enough for the first release. */
    boolean isFirstMet(double value);

    /** Whether it is where the project should go. */
    boolean isThenMet(double value);

    /** The larger the better. */
    record AtLeast(double first, double then) implements Bound {
      @Override
      public boolean isFirstMet(double value) {
        return value >= first;
      }

      @Override
      public boolean isThenMet(double value) {
        return value >= then;
      }
    }

    /** The smaller the better. */
    record AtMost(double first, double then) implements Bound {
      @Override
      public boolean isFirstMet(double value) {
        return value <= first;
      }

      @Override
      public boolean isThenMet(double value) {
        return value <= then;
      }
    }
  }

  /** The figure of a run, by medians; empty if the run did not measure all of it. */
  OptionalDouble value(Results results) {
    Optional<Spread> top = results.spread(numerator);
    if (denominator.isEmpty()) {
      return top.map(spread -> OptionalDouble.of(spread.median())).orElse(OptionalDouble.empty());
    }
    Optional<Spread> bottom = results.spread(denominator.get());
    return top.isPresent() && bottom.isPresent()
        ? OptionalDouble.of(top.get().median() / bottom.get().median())
        : OptionalDouble.empty();
  }

  /** One line of a check list in Markdown. */
  String line(Results results) {
    OptionalDouble value = value(results);
    if (value.isEmpty()) {
      return "- [ ] %s: not measured (%s)".formatted(name, aims());
    }
    double figure = value.getAsDouble();
    boolean isMet = bound.isFirstMet(figure);
    String verdict = isMet ? bound.isThenMet(figure) ? "both met" : "first met" : "missed";
    return "- [%s] %s: %s%s, %s (%s)"
        .formatted(isMet ? "x" : " ", name, Numbers.figure(figure), unit, verdict, aims());
  }

  private String aims() {
    return switch (bound) {
      case Bound.AtLeast(double first, double then) -> aims("≥", first, then);
      case Bound.AtMost(double first, double then) -> aims("≤", first, then);
    };
  }

  private String aims(String sign, double first, double then) {
    return "first %s %s%s, then %s %s%s"
        .formatted(sign, Numbers.figure(first), unit, sign, Numbers.figure(then), unit);
  }
}
