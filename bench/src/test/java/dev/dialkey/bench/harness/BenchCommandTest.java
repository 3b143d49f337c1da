package dev.dialkey.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.SampleFile;
import dev.dialkey.bench.harness.result.Samples;
import dev.dialkey.bench.harness.result.Workload;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void helpShowsExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("bench/run --quick", "Exit codes");
  }

  @Test
  void helpNamesAllPeersAndWorkloads() {
    run("--help");
    assertThat(out.toString())
        .contains(PeerCatalog.all().stream().map(Peer::name).toList())
        .contains(Workload.ids());
  }

  @Test
  void anUnknownPeerIsWrongUsageAndTheNamesAreTold() {
    assertThat(run("--peers", "tokio")).isEqualTo(2);
    assertThat(err.toString()).contains("no peer 'tokio'. There are raw-quiche, dialkey");
  }

  @Test
  void anUnknownWorkloadIsWrongUsage() {
    assertThat(run("--work", "sing")).isEqualTo(2);
    assertThat(err.toString()).contains("no workload 'sing'. There are bulk");
  }

  @Test
  void aSizeWithoutSenseIsWrongUsage() {
    assertThat(run("--bytes", "0")).isEqualTo(2);
    assertThat(run("--bytes", "9GB")).isEqualTo(2);
    assertThat(err.toString()).contains("'9GB' is no size; try 256MiB");
  }

  @Test
  void aRecordCannotLeaveItsFolder() {
    assertThat(run("--record", "../x")).isEqualTo(2);
  }

  @Test
  void quickRunsNeedNoIroh() {
    assertThat(run("--quick", "--programs")).isZero();
    assertThat(out.toString().lines()).containsExactly("perf-raw-quiche");
  }

  @Test
  void reportsNeedNoPrograms() {
    assertThat(run("--report", "x.jsonl", "--programs")).isZero();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void samplesOfAnEarlierRunBecomeTablesAndAChartAgain() throws Exception {
    Path file = folder.resolve("earlier.jsonl");
    SampleFile samples = SampleFile.create(file);
    samples.append(Samples.bulk("raw-quiche", 1, 1.0));
    samples.append(Samples.bulk("dialkey", 1, 1.25));

    assertThat(run("--report", file.toString())).isZero();

    assertThat(out.toString())
        .contains("| dialkey | 1.25 | 0.80 ≈ |")
        .contains("bulk CPU ratio raw-quiche/dialkey: 0.80");
    assertThat(Files.readString(folder.resolve("earlier.md"))).contains("## Goals");
    assertThat(Files.readString(folder.resolve("earlier.svg"))).startsWith("<svg ");
  }

  @Test
  void aReportOfSomethingElseSaysWhichLineIsWrong() throws Exception {
    Path file = Files.writeString(folder.resolve("other.jsonl"), "{\"a\": 1}\n");
    assertThat(run("--report", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("other.jsonl, line 1 is no result of bench/run");
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
