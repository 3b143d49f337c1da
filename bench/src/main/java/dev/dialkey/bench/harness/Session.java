package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.process.PeerPair;
import dev.dialkey.bench.harness.process.SystemClock;
import dev.dialkey.bench.harness.report.Headline;
import dev.dialkey.bench.harness.result.RunInfo;
import dev.dialkey.bench.harness.result.Sample;
import dev.dialkey.bench.harness.result.SampleFile;
import dev.dialkey.bench.harness.result.Step;
import dev.dialkey.bench.harness.result.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * One run: starts all pairs, has them do their steps in turns, so that whatever else the machine
 * does meets all of them, and ends them. For one thread.
 */
final class Session implements AutoCloseable {
  private final RunPlan plan;
  private final RunInfo run;
  private final Installation installation;
  private final SystemClock clock;
  private final StepRunner runner;
  private final Consumer<String> progress;

  private final Map<Peer, PeerPair> pairs = new LinkedHashMap<>();
  private final List<Sample> samples = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int stepCount;
  private int stepsDone;

  /**
   * A session.
   *
   * @param plan what to do
   * @param run what its samples share
   * @param installation where the programs are
   * @param clock how busy the machine is
   * @param progress takes a line after each step
   */
  Session(
      RunPlan plan,
      RunInfo run,
      Installation installation,
      SystemClock clock,
      Consumer<String> progress) {
    this.plan = plan;
    this.run = run;
    this.installation = installation;
    this.clock = clock;
    this.runner = new StepRunner(clock, plan.limits().step(), plan.limits().rest());
    this.progress = progress;
  }

  /** One pair at one workload, with the size that its warm-up found. */
  private static final class Lane {
    final Peer peer;
    long amount;

    Lane(Peer peer, long amount) {
      this.peer = peer;
      this.amount = amount;
    }
  }

  /** Runs everything; each sample is in the file as soon as it is taken. */
  void run(List<Peer> peers, SampleFile file) throws IOException, InterruptedException {
    for (Peer peer : peers) {
      progress.accept("starting " + peer.name() + ": " + peer.description());
      start(peer);
    }
    stepCount = plan.stepCount(List.copyOf(pairs.keySet()));
    for (Workload workload : plan.work()) {
      runRounds(workload, file);
    }
  }

  /** What was measured. */
  List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** What peers could not do, a line each. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    pairs.values().forEach(PeerPair::close);
    pairs.clear();
  }

  private void runRounds(Workload workload, SampleFile file)
      throws IOException, InterruptedException {
    List<Lane> lanes = new ArrayList<>();
    for (Peer peer : pairs.keySet()) {
      if (peer.work().contains(workload)) {
        lanes.add(new Lane(peer, plan.sizing().first(workload)));
      }
    }
    for (int round = 1 - plan.roundsBefore(workload); round <= plan.rounds(workload); round++) {
      for (Lane lane : List.copyOf(lanes)) {
        if (!runStep(lane, workload, round, file)) {
          lanes.remove(lane);
        }
      }
    }
  }

  /**
   * Runs one step.
   *
   * @param round from 1; those before do not count
   * @return whether the peer can do more of this
   */
  private boolean runStep(Lane lane, Workload workload, int round, SampleFile file)
      throws IOException, InterruptedException {
    stepsDone++;
    StepRunner.Measured measured;
    try {
      measured = measure(lane, workload);
    } catch (StepRefusedException e) {
      fail(lane.peer, e);
      return false;
    } catch (IOException e) {
      fail(lane.peer, e);
      drop(lane.peer);
      return false;
    }
    Sample sample = sample(lane, workload, round, measured);
    if (round > 0) {
      samples.add(sample);
      file.append(sample);
    } else {
      lane.amount =
          plan.sizing()
              .next(workload, lane.amount, measured.use().cpuSeconds(), measured.seconds());
    }
    progress.accept(progressLine(sample));
    return true;
  }

  private StepRunner.Measured measure(Lane lane, Workload workload)
      throws IOException, InterruptedException {
    if (workload != Workload.IDLE) {
      return runner.run(pair(lane.peer), workload, lane.amount);
    }
    // Connections that stay would be a burden on what follows, and memory that earlier steps
    // left behind would hide what they take: such a step has a pair of its own.
    try (PeerPair pair = open(lane.peer)) {
      return runner.run(pair, workload, lane.amount);
    }
  }

  private PeerPair pair(Peer peer) throws IOException {
    PeerPair pair = pairs.get(peer);
    if (pair == null) {
      throw new IOException("was given up earlier in this run");
    }
    return pair;
  }

  private void start(Peer peer) throws InterruptedException {
    try {
      pairs.put(peer, open(peer));
    } catch (IOException e) {
      fail(peer, e);
    }
  }

  private PeerPair open(Peer peer) throws IOException, InterruptedException {
    return PeerPair.start(peer.commands(installation), clock, plan.limits().start());
  }

  private void drop(Peer peer) {
    PeerPair pair = pairs.remove(peer);
    if (pair != null) {
      pair.close();
    }
  }

  private void fail(Peer peer, IOException cause) {
    String line = peer.name() + ": " + Objects.toString(cause.getMessage(), cause.toString());
    failures.add(line);
    progress.accept("failed: " + line);
  }

  private Sample sample(Lane lane, Workload workload, int round, StepRunner.Measured measured) {
    return new Sample(
        run,
        new Step(lane.peer.name(), workload, round, lane.amount),
        measured.seconds(),
        measured.use().server(),
        measured.use().client(),
        measured.surroundings(),
        measured.figures());
  }

  private String progressLine(Sample sample) {
    Step step = sample.step();
    int round = step.round();
    String place =
        round > 0
            ? "round " + round + "/" + plan.rounds(step.workload())
            : round == -plan.warmUp()
                ? "sizing"
                : "warm-up " + (round + plan.warmUp()) + "/" + plan.warmUp();
    return "[%d/%d] %s, %s, %s: %s"
        .formatted(
            stepsDone, stepCount, step.workload().id(), place, step.peer(), Headline.of(sample));
  }
}
