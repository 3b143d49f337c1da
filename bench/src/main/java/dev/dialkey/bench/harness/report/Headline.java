package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Sample;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What one sample comes to, in a few words. */
public final class Headline {

  private Headline() {}

  /** The main figure of the workload and the one behind it. */
  public static String of(Sample sample) {
    Columns columns = Columns.of(sample.step().workload());
    List<Metric> metrics =
        Stream.concat(Stream.of(columns.main()), columns.others().stream().limit(1)).toList();
    return metrics.stream()
        .map(metric -> words(metric, metric.of(sample)))
        .collect(Collectors.joining(", "));
  }

  private static String words(Metric metric, OptionalDouble value) {
    return metric.label()
        + " "
        + (value.isPresent() ? Numbers.figure(value.getAsDouble()) : "unknown");
  }
}
