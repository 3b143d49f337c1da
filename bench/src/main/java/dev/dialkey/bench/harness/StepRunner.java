package dev.dialkey.bench.harness;

import dev.dialkey.bench.harness.process.PeerPair;
import dev.dialkey.bench.harness.process.Reply;
import dev.dialkey.bench.harness.process.SystemClock;
import dev.dialkey.bench.harness.result.Figures;
import dev.dialkey.bench.harness.result.Surroundings;
import dev.dialkey.bench.harness.result.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Has a pair do one step, and reads the clocks around it. */
final class StepRunner {
  private static final String STATS = "stats";

  /** Handshakes that compile the code and bring the heap to its working size. */
  private static final String IDLE_WARM_UP = "hs 500 1";

  /** Where the growth of memory is counted from. */
  private static final String IDLE_BASE = "idle 20";

  private final SystemClock clock;
  private final Duration limit;
  private final Duration rest;

  /**
   * A runner.
   *
   * @param clock how busy the machine is
   * @param limit how long any command may take
   * @param rest how long idle connections are watched
   */
  StepRunner(SystemClock clock, Duration limit, Duration rest) {
    this.clock = clock;
    this.limit = limit;
    this.rest = rest;
  }

  /** What was measured. */
  record Measured(
      double seconds, PeerPair.Use use, Surroundings surroundings, Map<String, Double> figures) {

    private Measured with(Map<String, Double> more) {
      Map<String, Double> all = new HashMap<>(figures);
      all.putAll(more);
      return new Measured(seconds, use, surroundings, all);
    }
  }

  /** Does a step. */
  Measured run(PeerPair pair, Workload workload, long amount)
      throws IOException, InterruptedException {
    return switch (workload) {
      case BULK, LAT, RPS, HS, HS16, DGRAM -> measure(pair, workload.command(amount));
      case GARBAGE -> garbage(pair, workload.command(amount));
      case IDLE -> idle(pair, workload.command(amount));
    };
  }

  private Measured measure(PeerPair pair, String command) throws IOException, InterruptedException {
    SystemClock.Look lookBefore = clock.look();
    PeerPair.Use before = pair.use();
    Reply.Ok reply = accepted(pair.askClient(command, limit), command);
    PeerPair.Use use = pair.use().since(before);
    Surroundings surroundings = clock.look().since(lookBefore, use.cpuSeconds());
    return new Measured(reply.seconds(), use, surroundings, reply.figures());
  }

  private Measured garbage(PeerPair pair, String command) throws IOException, InterruptedException {
    Allocated before = allocated(pair);
    Measured measured = measure(pair, command);
    Allocated after = allocated(pair);
    Map<String, Double> figures = new HashMap<>();
    put(figures, Figures.SERVER_ALLOCATED, before.server(), after.server());
    put(figures, Figures.CLIENT_ALLOCATED, before.client(), after.client());
    return measured.with(figures);
  }

  private Measured idle(PeerPair pair, String command) throws IOException, InterruptedException {
    accepted(pair.askClient(IDLE_WARM_UP, limit), IDLE_WARM_UP);
    accepted(pair.askClient(IDLE_BASE, limit), IDLE_BASE);
    allocated(pair);
    PeerPair.Use before = pair.use();
    Measured measured = measure(pair, command);
    allocated(pair);
    PeerPair.Use after = pair.use();
    Map<String, Double> figures = new HashMap<>();
    figures.put(
        Figures.SERVER_GROWTH,
        (double) after.server().residentBytes() - before.server().residentBytes());
    figures.put(
        Figures.CLIENT_GROWTH,
        (double) after.client().residentBytes() - before.client().residentBytes());
    figures.put(Figures.REST_PERCENT, restPercent(pair));
    return measured.with(figures);
  }

  private double restPercent(PeerPair pair) throws IOException, InterruptedException {
    PeerPair.Use before = pair.use();
    long start = System.nanoTime();
    Thread.sleep(rest); // Waits for nothing: what happens in this time is what is measured.
    double seconds = (System.nanoTime() - start) * 1e-9;
    return 100 * pair.use().since(before).cpuSeconds() / seconds;
  }

  /** What both heaps handed out so far; nothing where a peer has no such heap. */
  private record Allocated(OptionalDouble server, OptionalDouble client) {}

  /** Asks for the counters, which also has both ends collect their garbage. */
  private Allocated allocated(PeerPair pair) throws IOException, InterruptedException {
    return new Allocated(
        accepted(pair.askServer(STATS, limit), STATS).figure(Figures.ALLOCATED),
        accepted(pair.askClient(STATS, limit), STATS).figure(Figures.ALLOCATED));
  }

  private static void put(
      Map<String, Double> figures, String name, OptionalDouble before, OptionalDouble after) {
    if (before.isPresent() && after.isPresent()) {
      figures.put(name, after.getAsDouble() - before.getAsDouble());
    }
  }

  private static Reply.Ok accepted(Reply reply, String command) throws StepRefusedException {
    return switch (reply) {
      case Reply.Ok ok -> ok;
      case Reply.Refused(String text) -> throw new StepRefusedException(command, text);
    };
  }
}
