package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.result.Workload;
import java.time.Duration;
import java.util.List;

/**
 * What a run does.
 *
 * @param work the workloads, in their order
 * @param warmUp rounds that do not count
 * @param rounds rounds that do
 * @param sizing how much a step does
 * @param limits how long things may take
 */
record RunPlan(List<Workload> work, int warmUp, int rounds, Sizing sizing, Limits limits) {

  RunPlan {
    work = List.copyOf(work);
  }

  /**
   * How long things may take.
   *
   * @param start until a process is ready
   * @param step until a command is answered
   * @param rest how long idle connections are watched
   */
  record Limits(Duration start, Duration step, Duration rest) {
    /** A cold JVM on a busy machine is ready in seconds, and a step is made to take seconds. */
    static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(60), Duration.ofMinutes(3), Duration.ofSeconds(10));
  }

  /** Rounds of a workload: connections that stay can be opened only once. */
  int rounds(Workload workload) {
    return workload == Workload.IDLE ? 1 : rounds;
  }

  /**
   * Rounds of a workload that do not count: a small one that finds the size of the next, then the
   * warm-up. That of idle connections is a part of its step.
   */
  int roundsBefore(Workload workload) {
    return workload == Workload.IDLE ? 0 : 1 + warmUp;
  }

  /** All steps of all peers. */
  int stepCount(List<Peer> peers) {
    return work.stream()
        .mapToInt(workload ->
            (roundsBefore(workload) + rounds(workload))
                * (int) peers.stream().filter(peer -> peer.work().contains(workload)).count())
        .sum();
  }
}
