package dev.dialkey.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.process.SystemClock;
import dev.dialkey.bench.harness.result.Figure;
import dev.dialkey.bench.harness.result.Figures;
import dev.dialkey.bench.harness.result.Machine;
import dev.dialkey.bench.harness.result.Metric;
import dev.dialkey.bench.harness.result.Results;
import dev.dialkey.bench.harness.result.RunInfo;
import dev.dialkey.bench.harness.result.Sample;
import dev.dialkey.bench.harness.result.SampleFile;
import dev.dialkey.bench.harness.result.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs, with real processes that send real bytes. */
class SessionTest {
  private static final long MIB = 1 << 20;
  private static final RunInfo RUN =
      new RunInfo(
          "c0ffee", false, "2026-01-01T00:00:00Z", "test", new Machine("25", "6", "x", 2, 1, 1));

  @TempDir Path folder;

  private final List<String> progress = new ArrayList<>();
  private List<Sample> samples = List.of();
  private List<String> failures = List.of();

  @Test
  void peersTakeTurnsAndEachRoundIsALineOfTheFile() throws Exception {
    run(
        plan(Duration.ofSeconds(60), Workload.BULK),
        LoopbackPeers.pair("a"),
        LoopbackPeers.pair("b"));

    assertThat(failures).isEmpty();
    assertThat(progress.stream().filter(line -> line.contains(", a: ")))
        .extracting(line -> line.substring(0, line.indexOf(':')))
        .containsExactly(
            "[1/8] bulk, sizing, a",
            "[3/8] bulk, warm-up 1/1, a",
            "[5/8] bulk, round 1/2, a",
            "[7/8] bulk, round 2/2, a");
    assertThat(samples.stream().map(sample -> sample.step().peer() + sample.step().round()))
        .containsExactly("a1", "b1", "a2", "b2");
    assertThat(SampleFile.read(folder.resolve("samples.jsonl"))).isEqualTo(samples);
    for (Sample sample : samples) {
      assertThat(sample.step().amount()).isEqualTo(64 * MIB);
      assertThat(sample.client().cpuSeconds()).isPositive();
      assertThat(sample.server().cpuSeconds()).isPositive();
      assertThat(sample.server().residentBytes()).isGreaterThan(MIB);
      assertThat(sample.figures()).containsEntry("lost", 0.0);
    }
  }

  @Test
  void sizeFoundInTheWarmUpIsKeptInAllRounds() throws Exception {
    // No pair plays the first size in a millisecond, so another is sure to be found.
    var sizing = new Sizing(64 * MIB, 1e-3, 5);
    run(plan(sizing, Duration.ofSeconds(60), Workload.LAT), LoopbackPeers.pair("a"));

    List<Long> amounts = samples.stream().map(sample -> sample.step().amount()).distinct().toList();
    assertThat(amounts).hasSize(1);
    assertThat(amounts.getFirst()).isLessThan(sizing.first(Workload.LAT));
    var p50 =
        Results.byRun(samples)
            .getFirst()
            .spread(new Figure("a", Workload.LAT, Metric.MEDIAN_MICROS));
    assertThat(p50.orElseThrow().rounds()).isEqualTo(2);
  }

  @Test
  void garbageIsWhatBothHeapsHandedOutMeanwhile() throws Exception {
    run(plan(Duration.ofSeconds(60), Workload.GARBAGE), LoopbackPeers.pair("a"));

    // Each transfer takes a write buffer of a mebibyte.
    assertThat(samples).hasSize(2);
    assertThat(samples.getFirst().figures().get(Figures.CLIENT_ALLOCATED)).isGreaterThan(MIB);
    assertThat(samples.getFirst().figures()).containsKey(Figures.SERVER_ALLOCATED);
  }

  @Test
  void idleConnectionsAreMeasuredOnceAndOnAPairOfTheirOwn() throws Exception {
    run(plan(Duration.ofSeconds(60), Workload.BULK, Workload.IDLE), LoopbackPeers.pair("a"));

    Sample idle = samples.getLast();
    assertThat(idle.step().workload()).isEqualTo(Workload.IDLE);
    assertThat(idle.step().amount()).isEqualTo(1_980);
    assertThat(samples).hasSize(3);
    assertThat(idle.figures())
        .containsKeys(Figures.SERVER_GROWTH, Figures.CLIENT_GROWTH, Figures.REST_PERCENT);
  }

  @Test
  void refusedWorkIsAFailureButThePeerGoesOn() throws Exception {
    run(
        plan(Duration.ofSeconds(60), Workload.BULK, Workload.HS),
        LoopbackPeers.faulty("a", List.of(), List.of("--on", "bulk=refuse")));

    assertThat(failures)
        .singleElement()
        .isEqualTo("a: answered 'bulk 16777216' with an error: no bulk today");
    assertThat(samples.stream().map(sample -> sample.step().workload()))
        .containsExactly(Workload.HS, Workload.HS);
  }

  @Test
  void aClientThatDiesIsGivenUpAndTheOthersGoOn() throws Exception {
    run(
        plan(Duration.ofSeconds(60), Workload.BULK, Workload.HS),
        LoopbackPeers.faulty("bad", List.of(), List.of("--on", "bulk=die")),
        LoopbackPeers.pair("good"));

    assertThat(failures)
        .singleElement()
        .asString()
        .contains("bad (client) ended with exit code 7", "that is too much");
    assertThat(samples.stream().map(sample -> sample.step().peer()).distinct())
        .containsExactly("good");
  }

  @Test
  void aPeerThatDoesNotStartSaysWhatItWrote() throws Exception {
    run(
        plan(Duration.ofSeconds(60), Workload.BULK),
        LoopbackPeers.faulty("bad", List.of("--on", "start=die"), List.of()));

    assertThat(failures)
        .singleElement()
        .asString()
        .contains("bad (server) ended with exit code 3", "does not want to live");
  }

  @Test
  void aPeerThatFallsSilentIsGivenUpInTime() throws Exception {
    run(
        plan(Duration.ofMillis(1500), Workload.HS),
        LoopbackPeers.faulty("bad", List.of(), List.of("--on", "hs=hang")));

    assertThat(failures)
        .singleElement()
        .asString()
        .contains("did not give an answer to 'hs 100 1'", "thinking about hs 100 1");
  }

  private void run(RunPlan plan, Peer... peers) throws Exception {
    SampleFile file = SampleFile.create(folder.resolve("samples.jsonl"));
    try (var session =
        new Session(plan, RUN, LoopbackPeers.installation(), SystemClock.open(), progress::add)) {
      session.run(List.of(peers), file);
      samples = session.samples();
      failures = session.failures();
    }
  }

  private static RunPlan plan(Duration stepLimit, Workload... work) {
    return plan(new Sizing(64 * MIB, 0.2, 5), stepLimit, work);
  }

  private static RunPlan plan(Sizing sizing, Duration stepLimit, Workload... work) {
    return new RunPlan(
        List.of(work),
        1,
        2,
        sizing,
        new RunPlan.Limits(Duration.ofSeconds(60), stepLimit, Duration.ofMillis(100)));
  }
}
