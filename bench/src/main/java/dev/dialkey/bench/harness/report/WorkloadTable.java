package dev.dialkey.bench.harness.report;

import dev.dialkey.bench.harness.result.Figure;
import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The table of one workload, in Markdown. */
final class WorkloadTable {
  /** What all are compared with, where it took part. */
  private static final List<String> BASES = List.of("raw-quiche", "iroh");

  private static final String NOTHING = "–";

  private final Results results;
  private final Workload workload;
  private final Columns columns;
  private final List<String> peers;

  WorkloadTable(Results results, Workload workload) {
    this.results = results;
    this.workload = workload;
    this.columns = Columns.of(workload);
    this.peers = results.peers(workload);
  }

  /** The lines of the table. */
  List<String> lines() {
    List<String> bases =
        BASES.stream().filter(base -> peers.contains(base) && isMeasured(columns.main())).toList();
    List<Metric> others = columns.others().stream().filter(this::isMeasured).toList();
    List<String> header = new ArrayList<>(List.of("peer", columns.main().label()));
    bases.forEach(base -> header.add("to " + base));
    others.forEach(metric -> header.add(metric.label()));
    List<String> lines = new ArrayList<>();
    lines.add(row(header));
    lines.add(row(Collections.nCopies(header.size(), "--:")).replaceFirst("--:", "---"));
    for (String peer : peers) {
      List<String> cells = new ArrayList<>(List.of(peer, spread(peer, columns.main())));
      bases.forEach(base -> cells.add(ratio(peer, base)));
      others.forEach(metric -> cells.add(figure(peer, metric)));
      lines.add(row(cells));
    }
    return lines;
  }

  private boolean isMeasured(Metric metric) {
    return peers.stream()
        .anyMatch(peer -> results.spread(new Figure(peer, workload, metric)).isPresent());
  }

  /** With its range only where one compares: a table with ranges everywhere cannot be read. */
  private String figure(String peer, Metric metric) {
    if (metric == columns.others().getFirst()) {
      return spread(peer, metric);
    }
    return results
        .spread(new Figure(peer, workload, metric))
        .map(spread -> Numbers.figure(spread.median()))
        .orElse(NOTHING);
  }

  private String spread(String peer, Metric metric) {
    return results.spread(new Figure(peer, workload, metric)).map(Numbers::spread).orElse(NOTHING);
  }

  private String ratio(String peer, String base) {
    if (peer.equals(base)) {
      return "1";
    }
    return results
        .ratio(new Figure(peer, workload, columns.main()), base)
        .map(Numbers::ratio)
        .orElse(NOTHING);
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
