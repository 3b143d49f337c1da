package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.report.ReleaseRecords;
import dev.dialkey.bench.harness.report.Report;
import dev.dialkey.bench.harness.result.Results;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes what a file of samples comes to: tables to standard output, and files beside it. */
final class ResultFiles {
  private static final String SAMPLES_SUFFIX = ".jsonl";

  private final PrintWriter out;
  private final Consumer<String> progress;

  ResultFiles(PrintWriter out, Consumer<String> progress) {
    this.out = out;
    this.progress = progress;
  }

  /** Tables and chart of all runs in a file. */
  void write(Path samples, List<Results> runs) throws IOException {
    for (int run = 0; run < runs.size(); run++) {
      var report = new Report(runs.get(run));
      out.println(report.markdown());
      out.flush();
      Path stem = stem(samples, runs.size() == 1 ? "" : "-" + (run + 1));
      Path tables = stem.resolveSibling(stem.getFileName() + ".md");
      Files.writeString(tables, report.markdown());
      progress.accept("tables: " + tables);
      Optional<String> chart = report.chart();
      if (chart.isPresent()) {
        Path file = stem.resolveSibling(stem.getFileName() + ".svg");
        Files.writeString(file, chart.get());
        progress.accept("chart: " + file);
      }
    }
  }

  /** Keeps a run as that of a release. */
  void record(String name, ReleaseRecords records, Results results) throws IOException {
    progress.accept("recorded: " + records.write(name, results));
  }

  private static Path stem(Path samples, String suffix) {
    String name = samples.toAbsolutePath().normalize().getFileName().toString();
    String stem =
        name.endsWith(SAMPLES_SUFFIX)
            ? name.substring(0, name.length() - SAMPLES_SUFFIX.length())
            : name;
    return samples.resolveSibling(stem + suffix);
  }
}
