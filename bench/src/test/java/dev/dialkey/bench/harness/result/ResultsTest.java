package dev.dialkey.bench.harness.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private static final Figure DIALKEY = new Figure("dialkey", Workload.BULK, Metric.CPU_PER_GIB);

  @Test
  void runsAreKeptApart() {
    Sample first = Samples.bulk("raw-quiche", 1, 1);
    RunInfo otherRun =
        new RunInfo("f00", true, "2026-02-02T00:00:00Z", "bench/run", Samples.RUN.machine());
    Sample second =
        new Sample(
            otherRun,
            new Step("dialkey", Workload.BULK, 1, 1L << 30),
            1,
            first.server(),
            first.client(),
            first.surroundings(),
            Map.of());

    List<Results> runs = Results.byRun(List.of(first, second));

    assertThat(runs).hasSize(2);
    assertThat(runs.getLast().run().version()).isEqualTo("f00-dirty");
    assertThat(runs.getLast().ratio(DIALKEY, "raw-quiche")).isEmpty();
  }

  @Test
  void peersStandInTheOrderTheyRan() {
    Results results =
        Results.byRun(
                List.of(
                    Samples.bulk("b", 1, 1),
                    Samples.bulk("a", 1, 1),
                    Samples.bulk("b", 2, 1),
                    Samples.bulk("a", 2, 1)))
            .getFirst();
    assertThat(results.peers(Workload.BULK)).containsExactly("b", "a");
    assertThat(results.peers(Workload.LAT)).isEmpty();
  }

  @Test
  void samplesSurviveTheFile(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("deep/samples.jsonl");
    Sample sample = Samples.of(new Step("p", Workload.HS16, 3, 7), 0.25, 1.5, Map.of("p50", 12.5));
    SampleFile file = SampleFile.create(path);
    file.append(sample);
    file.append(sample);
    assertThat(SampleFile.read(path)).containsExactly(sample, sample);
  }

  @Test
  void linesOfSomethingElseAreToldApart() {
    assertThatThrownBy(() -> SampleFile.decode("no JSON", "file, line 3"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("file, line 3 is no result of bench/run: ");
  }
}
