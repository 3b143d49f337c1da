package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Figure;
import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.RunInfo;
import dev.dialkey.bench.harness.result.Sample;
import dev.dialkey.bench.harness.result.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One run as tables, check list and chart. */
public final class Report {
  /** The share of the cores that others may take before a step counts as disturbed. */
  private static final double MAX_OTHERS_SHARE = 0.15;

  private final Results results;

  public Report(Results results) {
    this.results = results;
  }

  /** All of it in Markdown. */
  public String markdown() {
    List<String> lines = new ArrayList<>(header());
    for (Workload workload : Workload.values()) {
      if (!results.peers(workload).isEmpty()) {
        lines.add("");
        lines.add("## " + title(workload));
        lines.add("");
        lines.addAll(new WorkloadTable(results, workload).lines());
      }
    }
    lines.addAll(
        List.of(
            "",
            "Median [best–worst] of the rounds; CPU is user and system of both processes. A ratio"
                + " above 1 is better than the base; "
                + Numbers.UNRESOLVED
                + " marks ranges that overlap and single rounds: not resolved.",
            "",
            "## Goals",
            ""));
    lines.addAll(Goals.lines(results));
    return String.join("\n", lines) + "\n";
  }

  /** The bulk transfers as a chart, if there were any. */
  public Optional<String> chart() {
    List<BarChart.Bar> bars =
        results.peers(Workload.BULK).stream().flatMap(peer -> bar(peer).stream()).toList();
    return bars.isEmpty()
        ? Optional.empty()
        : Optional.of(
            BarChart.svg(
                "CPU-seconds per GiB, both ends, loopback (less is better; line: best to worst)",
                bars));
  }

  private List<String> header() {
    RunInfo run = results.run();
    List<String> lines =
        new ArrayList<>(
            List.of(
                "# Benchmark of " + run.version(),
                "",
                "* Started: " + run.started(),
                "* Command: `" + run.command() + "`",
                "* Machine: " + run.machine().describe(),
                "* Loopback, one server and one client process per pair, pairs in turns;"
                    + " compare ratios of one run, never figures of two."));
    long disturbed = results.samples().stream().filter(this::isDisturbed).count();
    if (disturbed > 0) {
      lines.add(
          "* %d of %d steps ran while other programs took more than %.0f %% of the machine."
              .formatted(disturbed, results.samples().size(), 100 * MAX_OTHERS_SHARE));
    }
    return lines;
  }

  private boolean isDisturbed(Sample sample) {
    double available = sample.seconds() * results.run().machine().cores();
    return sample.surroundings().othersCpuSeconds() > MAX_OTHERS_SHARE * available;
  }

  private Optional<BarChart.Bar> bar(String peer) {
    return results
        .spread(new Figure(peer, Workload.BULK, Metric.CPU_PER_GIB))
        .map(spread -> new BarChart.Bar(peer, spread.median(), spread.low(), spread.high()));
  }

  private static String title(Workload workload) {
    return switch (workload) {
      case BULK -> "Bulk transfer, client to server";
      case GARBAGE -> "Garbage of a bulk transfer, both ends";
      case LAT -> "One-byte requests, one after another";
      case RPS -> "One-byte requests, 64 in flight";
      case HS -> "Handshakes, one after another";
      case HS16 -> "Handshakes, 16 at a time";
      case DGRAM -> "Datagrams of 1200 bytes, per GiB that arrived";
      case IDLE -> "Idle connections: growth of memory from 20 to 2,000, per connection and end";
    };
  }
}
