package dev.dialkey.bench.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.Figures;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.Sample;
import dev.dialkey.bench.harness.result.Samples;
import dev.dialkey.bench.harness.result.Step;
import dev.dialkey.bench.harness.result.Surroundings;
import dev.dialkey.bench.harness.result.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final List<Sample> samples = new ArrayList<>();

  @Test
  void ratiosAreOfMediansAndMarkedWhereRangesMeet() {
    bulk("raw-quiche", 1.0, 1.2, 1.1);
    bulk("dialkey", 1.15, 1.375, 1.4);
    bulk("iroh", 2.0, 2.2, 2.1);

    assertThat(markdown())
        .contains("| peer | CPU-s/GiB | to raw-quiche | to iroh | Gbit/s |")
        .contains("| raw-quiche | 1.10 [1.00–1.20] | 1 | 1.91 | 8.59 [8.59–8.59] |")
        .contains("| dialkey | 1.38 [1.15–1.40] | 0.80 ≈ | 1.53 |")
        .contains("| iroh | 2.10 [2.00–2.20] | 0.52 | 1 |");
  }

  @Test
  void columnsNobodyFillsAreLeftOut() {
    bulk("dialkey", 1.0);
    assertThat(markdown())
        .doesNotContain("to raw-quiche")
        .doesNotContain("lost")
        .contains("Gbit/s");
  }

  @Test
  void goalsAreMetMissedOrNotMeasured() {
    bulk("raw-quiche", 1.0);
    bulk("dialkey", 1.2);
    bulk("iroh", 1.3);

    assertThat(markdown())
        .contains(
            "- [x] bulk, 1 MiB writes, CPU ratio to raw quiche: 0.83, first met"
                + " (first ≥ 0.80, then ≥ 0.90)")
        .contains("- [ ] bulk against iroh, CPU: 1.08, missed (first ≥ 1.20, then ≥ 1.40)")
        .contains("- [ ] bulk against kwik, CPU (never below 3): not measured");
  }

  @Test
  void goalsBelowABoundAreMetFromBelow() {
    sample(Workload.LAT, "dialkey", 1000, Map.of("p50", 80.0));
    sample(Workload.LAT, "iroh", 1000, Map.of("p50", 100.0));
    sample(
        Workload.IDLE,
        "dialkey",
        1980,
        Map.of(
            Figures.SERVER_GROWTH,
            1980 * 50.0 * 1024,
            Figures.CLIENT_GROWTH,
            1980 * 70.0 * 1024,
            Figures.REST_PERCENT,
            0.2));

    assertThat(markdown())
        .contains("- [x] one-byte latency p50 against iroh: 0.80, both met")
        .contains("- [x] memory per idle connection, server: 50.0 KiB, first met")
        .contains("- [ ] memory per idle connection, client: 70.0 KiB, missed")
        .contains("- [x] CPU at rest with 2,000 idle connections: 0.20 % of a core, both met");
  }

  @Test
  void stepsDuringWhichOthersWorkedAreCounted() {
    bulk("dialkey", 1.0);
    assertThat(markdown()).doesNotContain("steps ran while");
    Sample quiet = samples.getFirst();
    samples.add(
        new Sample(
            quiet.run(),
            quiet.step(),
            quiet.seconds(),
            quiet.server(),
            quiet.client(),
            new Surroundings(2, 2, 0.5),
            Map.of()));
    assertThat(markdown()).contains("* 1 of 2 steps ran while other programs took more than 15 %");
  }

  @Test
  void chartHasABarForEachBulkPeer() {
    bulk("raw-quiche", 1.0);
    bulk("dialkey", 1.2);
    String svg = new Report(results()).chart().orElseThrow();
    assertThat(svg.lines().filter(line -> line.startsWith("<rect"))).hasSize(2);
  }

  @Test
  void runsWithoutBulkHaveNoChart() {
    sample(Workload.LAT, "dialkey", 10, Map.of());
    assertThat(new Report(results()).chart()).isEmpty();
  }

  private void bulk(String peer, double... cpuSeconds) {
    for (double cpu : cpuSeconds) {
      samples.add(Samples.bulk(peer, samples.size(), cpu));
    }
  }

  private void sample(Workload workload, String peer, long amount, Map<String, Double> figures) {
    samples.add(Samples.of(new Step(peer, workload, 1, amount), 1, 1, figures));
  }

  private Results results() {
    return Results.byRun(samples).getFirst();
  }

  private String markdown() {
    return new Report(results()).markdown();
  }
}
