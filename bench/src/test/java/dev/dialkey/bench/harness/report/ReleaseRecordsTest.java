package dev.dialkey.bench.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseRecordsTest {
  @TempDir Path folder;

  @Test
  void aRecordIsReadBackAndItsReleaseNamed() throws Exception {
    var records = new ReleaseRecords(folder.resolve("results"));
    records.write("0.9.0", run(2.0));
    Path written = records.write("0.10.0", run(1.25));

    assertThat(Files.readString(written))
        .contains("# Benchmark of 0123456789ab", "* Command: `bench/run`", "* Machine: amd64");
    assertThat(records.last()).contains(new ReleaseRecords.Recorded("0.10.0", 0.8));
    assertThat(records.comparison(run(1.0)))
        .contains("bulk CPU ratio raw-quiche/dialkey: 1.00 ≈ (recorded for 0.10.0: 0.80)");
  }

  @Test
  void filesThatAreNoReleasesAreNoMeasure() throws Exception {
    var records = new ReleaseRecords(folder);
    Files.writeString(folder.resolve("README.txt"), "bulk CPU ratio raw-quiche/dialkey: 9\n");
    Files.writeString(folder.resolve("0.2.0.txt"), "nothing of the kind\n");
    assertThat(records.last()).isEmpty();
  }

  @Test
  void withoutAFolderNothingIsRecordedYet() throws Exception {
    var records = new ReleaseRecords(folder.resolve("none"));
    assertThat(records.comparison(run(1.25)).orElseThrow()).endsWith("(nothing is recorded yet)");
  }

  @Test
  void runsWithoutBothPeersHaveNoRatio() throws Exception {
    Results alone = Results.byRun(List.of(Samples.bulk("dialkey", 1, 1))).getFirst();
    assertThat(new ReleaseRecords(folder).comparison(alone)).isEmpty();
  }

  private static Results run(double dialkeyCpu) {
    return Results.byRun(
            List.of(Samples.bulk("raw-quiche", 1, 1), Samples.bulk("dialkey", 1, dialkeyCpu)))
        .getFirst();
  }
}
