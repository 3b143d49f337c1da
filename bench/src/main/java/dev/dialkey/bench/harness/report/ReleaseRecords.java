package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Figure;
import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Ratio;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.Workload;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The folder of recorded results: one text file per release, to compare later ratios with. */
public final class ReleaseRecords {
  private static final String SUFFIX = ".txt";

  /** Begins the line that later runs read; the rest of a record is for people. */
  private static final String RATIO_KEY = "bulk CPU ratio raw-quiche/dialkey: ";

  private static final Figure DIALKEY = new Figure("dialkey", Workload.BULK, Metric.CPU_PER_GIB);
  private static final String RAW = "raw-quiche";

  private final Path folder;

  public ReleaseRecords(Path folder) {
    this.folder = folder;
  }

  /**
   * A recorded ratio.
   *
   * @param name of the record
   * @param value CPU of the raw loop divided by ours, in bulk transfers
   */
  public record Recorded(String name, double value) {}

  /** Writes a record and gives its place. */
  public Path write(String name, Results results) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(name + SUFFIX);
    String ratio =
        ratio(results).map(value -> "\n" + RATIO_KEY + Numbers.ratio(value) + "\n").orElse("");
    Files.writeString(file, new Report(results).markdown() + ratio);
    return file;
  }

  /** The newest record that has the ratio. */
  public Optional<Recorded> last() throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(SUFFIX))
              .map(name -> name.substring(0, name.length() - SUFFIX.length()))
              .filter(name -> !name.isEmpty() && Character.isDigit(name.charAt(0)))
              // By version, for 0.10 is newer than 0.9; the files' times say nothing after a clone.
              .sorted(Comparator.comparing(Version::parse).reversed())
              .toList();
      for (String name : names) {
        OptionalDouble value = parse(Files.readString(folder.resolve(name + SUFFIX)));
        if (value.isPresent()) {
          return Optional.of(new Recorded(name, value.getAsDouble()));
        }
      }
      return Optional.empty();
    }
  }

  /** The ratio of a run beside the recorded one, in a line; empty if the run has none. */
  public Optional<String> comparison(Results results) throws IOException {
    Optional<Ratio> ratio = ratio(results);
    if (ratio.isEmpty()) {
      return Optional.empty();
    }
    String recorded =
        last()
            .map(last -> "recorded for %s: %s".formatted(last.name(), Numbers.figure(last.value())))
            .orElse("nothing is recorded yet");
    return Optional.of(RATIO_KEY + Numbers.ratio(ratio.get()) + " (" + recorded + ")");
  }

  static OptionalDouble parse(String text) {
    return text.lines()
        .filter(line -> line.startsWith(RATIO_KEY))
        .mapToDouble(
            line -> Double.parseDouble(line.substring(RATIO_KEY.length()).split(" ", 2)[0]))
        .findFirst();
  }

  private static Optional<Ratio> ratio(Results results) {
    return results.ratio(DIALKEY, RAW);
  }
}
