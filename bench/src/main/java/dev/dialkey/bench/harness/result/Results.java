package dev.dialkey.bench.harness.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The samples of one run, to ask for figures. */
public final class Results {
  private final RunInfo run;
  private final List<Sample> samples;

  private Results(RunInfo run, List<Sample> samples) {
    this.run = run;
    this.samples = List.copyOf(samples);
  }

  /** Sorts samples by run, for only within one may figures be compared. */
  public static List<Results> byRun(List<Sample> samples) {
    Map<RunInfo, List<Sample>> runs = new LinkedHashMap<>();
    for (Sample sample : samples) {
      runs.computeIfAbsent(sample.run(), key -> new ArrayList<>()).add(sample);
    }
    return runs.entrySet().stream()
        .map(entry -> new Results(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** The run. */
  public RunInfo run() {
    return run;
  }

  /** All samples, in the order they were taken. */
  public List<Sample> samples() {
    return samples;
  }

  /** The names of those that did a workload, in the order they did it. */
  public List<String> peers(Workload workload) {
    return samples.stream()
        .map(Sample::step)
        .filter(step -> step.workload() == workload)
        .map(Step::peer)
        .distinct()
        .toList();
  }

  /** A figure over all rounds; empty where it was not measured. */
  public Optional<Spread> spread(Figure figure) {
    double[] values =
        samples.stream()
            .filter(sample -> sample.step().peer().equals(figure.peer()))
            .filter(sample -> sample.step().workload() == figure.workload())
            .map(figure.metric()::of)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .toArray();
    return values.length == 0
        ? Optional.empty()
        : Optional.of(Spread.of(figure.metric().better(), values));
  }

  /** How a peer does a workload against another peer of the run. */
  public Optional<Ratio> ratio(Figure variant, String base) {
    var baseFigure = new Figure(base, variant.workload(), variant.metric());
    return spread(baseFigure)
        .flatMap(from -> spread(variant).map(to -> Ratio.of(variant.metric().better(), from, to)));
  }
}
