package dev.dialkey.testkit;

import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.bindings.NativeLoadException;
import dev.dialkey.internal.machine.Cycle;
import dev.dialkey.internal.machine.Parked;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whole endpoints in one JVM, over a network that is made up, in a time that is made up too. Hours
 * pass in moments, and the same seed gives the same course of events: who runs when, what gets
 * lost, which ids are drawn. Keys and ciphertext differ between runs, sizes and times do not.
 *
 * <pre>{@code
 * var simulation = Simulation.seeded(42);
 * var server = simulation.host("server", "10.0.0.1");
 * var client = simulation.host("client", "10.0.0.2");
 * simulation.network().faults(LinkFaults.none(Duration.ofMillis(20)).withLoss(0.1));
 * simulation.start("server", () -> {
 *   try (Endpoint endpoint = server.builder().alpns("my-app/1").bind()) { ... }
 * });
 * simulation.start("client", () -> { ... });
 * simulation.run(Duration.ofMinutes(5));
 * }</pre>
 *
 * <p>Scripts are ordinary blocking code on virtual threads of which one runs at a time, until it
 * waits in a call of Dialkey or of this class. They start others by {@link #start} alone and share
 * what they like without locks. What the simulation offers is for the scripts, and for the thread
 * that made it before and after {@link #run}.
 */
public final class Simulation {
  /** Far from 0, for nothing may depend on where the scale begins. */
  private static final long START_NANOS = 1_000_000_000_000L;

  private static final int SHOWN_IN_FAILURES = 60;

  /** Endpoints close within seconds, also where nobody answers. */
  private static final Duration UNWINDING = Duration.ofMinutes(5);

  private final long seed;
  private final NativeLibrary library;
  private final Turns turns;
  private final SplittableRandom chance;
  private final SplittableRandom forScripts;
  private final SimulationLog log = new SimulationLog(START_NANOS);
  private final Timetable timetable = new Timetable();
  private final Map<Thread, SimulatedThread> unstarted = new LinkedHashMap<>();
  private final Map<Thread, SimulatedThread> started = new LinkedHashMap<>();
  private final SimulatedNetwork network;
  private long nowNanos = START_NANOS;
  private @Nullable Throwable failure;
  private String failedAt = "";
  private String lastLines = "";

  private Simulation(long seed, NativeLibrary library) {
    var source = new SplittableRandom(seed);
    this.seed = seed;
    this.library = library;
    this.turns = new Turns(source.split());
    turns.add(timetable);
    this.chance = source.split();
    this.forScripts = source.split();
    this.network = new SimulatedNetwork(this, timetable, log, source.split());
  }

  /**
   * A simulation that nothing has happened in.
   *
   * @param seed decides all that is left to chance
   * @return the simulation
   */
  public static Simulation seeded(long seed) {
    try {
      return new Simulation(seed, NativeLibrary.load());
    } catch (NativeLoadException e) {
      throw new AssertionError("no simulation without the native library", e);
    }
  }

  /**
   * The seed it was made from.
   *
   * @return the seed
   */
  public long seed() {
    return seed;
  }

  /**
   * What connects the hosts.
   *
   * @return the network
   */
  public SimulatedNetwork network() {
    return network;
  }

  /**
   * Adds a host.
   *
   * @param name names it in the log
   * @param addresses its IP addresses, in text form, at least one
   * @return the host
   */
  public SimulatedHost host(String name, String... addresses) {
    List<InetAddress> parsed = new ArrayList<>();
    for (String address : addresses) {
      parsed.add(InetAddress.ofLiteral(address));
    }
    return network.add(new SimulatedHost(this, name, parsed));
  }

  /**
   * A source of randomness for scripts, part of what the seed decides.
   *
   * @return the source
   */
  public RandomGenerator random() {
    return forScripts;
  }

  /**
   * Starts a script on a thread of its own; it gets its turn in {@link #run}.
   *
   * @param name names its thread
   * @param script what it does; what it throws fails the simulation
   */
  public void start(String name, Script script) {
    start(new SimulatedThread(this, name, true, script, thrown -> failed(name, thrown)));
  }

  /**
   * Has something done at a later time, by the simulation itself: it must not wait.
   *
   * @param delay from now
   * @param what is to be done
   */
  public void after(Duration delay, Runnable what) {
    timetable.plan(later(delay.toNanos()), what);
  }

  /**
   * Waits; for scripts.
   *
   * @param time how long
   * @throws InterruptedException when interrupted
   */
  public void sleep(Duration time) throws InterruptedException {
    long until = later(time.toNanos());
    while (nowNanos < until) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      park(() -> false, until - nowNanos);
    }
  }

  /**
   * Waits for a future that Dialkey or another script completes; for scripts.
   *
   * @param future the future
   * @param <T> its type
   * @return its value
   * @throws ExecutionException when it failed
   * @throws InterruptedException when interrupted
   */
  public <T extends @Nullable Object> T await(CompletableFuture<T> future)
      throws ExecutionException, InterruptedException {
    while (!future.isDone()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      park(future::isDone, Long.MAX_VALUE);
    }
    return future.get();
  }

  /**
   * The time since the beginning.
   *
   * @return the time
   */
  public Duration now() {
    return Duration.ofNanos(nowNanos - START_NANOS);
  }

  /**
   * Writes a line into the log, to find one's way in it.
   *
   * @param line the line
   */
  public void note(String line) {
    log.add(nowNanos, line);
  }

  /**
   * What has happened, the oldest first: each datagram, what became of it, and notes. Of very long
   * courses the beginning is missing.
   *
   * @return a line for each
   */
  public List<String> log() {
    return log.lines();
  }

  /**
   * Runs until all scripts have ended. When it fails, those that are left are interrupted.
   *
   * @param limit bounds the simulated time
   * @throws SimulationFailure when a script fails, everyone waits for what never comes, or the time
   *     is over. Its message has the last lines of the log; the system property {@code
   *     dialkey.sim.log} names a file for all of them
   */
  public void run(Duration limit) {
    long end = later(limit.toNanos());
    Thread turning = Thread.ofVirtual().name("simulation-" + seed).unstarted(() -> turnUntil(end));
    turning.start();
    try {
      turning.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed("run", e);
    }
    Throwable cause = failure;
    if (cause != null) {
      String wholeLog = System.getProperty("dialkey.sim.log");
      if (wholeLog != null) {
        log.write(Path.of(wholeLog));
      }
      throw new SimulationFailure(failedAt + ": " + cause + "\n  " + lastLines, cause);
    }
  }

  private void turnUntil(long endNanos) {
    try {
      while (failure == null && (hasScripts() || isAnyThreadReady())) {
        if (!turn()) {
          advance(endNanos);
        }
      }
    } catch (Throwable e) { // The outermost frame.
      failed("simulation", e);
    }
    if (failure != null) {
      failedAt = "seed " + seed + " after " + now();
      lastLines = String.join("\n  ", log.last(SHOWN_IN_FAILURES));
      unwind();
    }
  }

  /** Has all scripts end and close what they hold: the tests that follow must not find it. */
  private void unwind() {
    note("everyone is interrupted");
    long end = later(UNWINDING.toNanos());
    try {
      started.keySet().forEach(Thread::interrupt);
      while (hasScripts()) {
        if (!turn()) {
          advance(end);
        }
      }
    } catch (SimulationFailure e) {
      note("what is left stays: " + e.getMessage());
    }
  }

  private boolean hasScripts() {
    return started.values().stream().anyMatch(SimulatedThread::isScript);
  }

  private boolean isAnyThreadReady() {
    return started.values().stream().anyMatch(thread -> thread.isReady(nowNanos));
  }

  /** Gives one of those that are ready its turn; false when there are none. */
  private boolean turn() {
    Actor taken = turns.takeOne(nowNanos);
    if (taken instanceof SimulatedThread thread && thread.isOver()) {
      started.remove(thread.thread());
    }
    return taken != null;
  }

  /** Lets time pass until somebody is ready. */
  private void advance(long endNanos) {
    long next = turns.nextMoment();
    if (next == Actor.NEVER) {
      throw new SimulationFailure("everyone waits for what never comes: " + started.keySet());
    }
    if (next > endNanos) {
      throw new SimulationFailure("the time is over: " + started.keySet());
    }
    nowNanos = next;
  }

  private void failed(String who, Throwable thrown) {
    note(who + " failed: " + thrown);
    if (failure == null) {
      failure = thrown;
    }
  }

  // ---- for what is simulated ----

  NativeLibrary library() {
    return library;
  }

  long nowNanos() {
    return nowNanos;
  }

  /** The point that lies so far ahead. */
  long later(long nanos) {
    return nanos >= Actor.NEVER - nowNanos ? Actor.NEVER : nowNanos + Math.max(nanos, 0);
  }

  /** A seed for what the native side draws in one turn; never 0. */
  long nextChance() {
    return chance.nextLong() | 1;
  }

  /** Has the current thread wait. */
  void park(Parked wait, long nanos) {
    if (turns.current() instanceof SimulatedThread current
        && current.thread() == Thread.currentThread()) {
      current.park(wait, later(nanos));
    } else {
      throw new IllegalStateException(
          Thread.currentThread() + " is no thread of the simulation: use Simulation.start");
    }
  }

  Thread newThread(String name, Runnable task) {
    var thread = new SimulatedThread(this, name, false, task::run, thrown -> failed(name, thrown));
    unstarted.put(thread.thread(), thread);
    return thread.thread();
  }

  void start(Thread thread) {
    SimulatedThread known = unstarted.remove(thread);
    if (known == null) {
      throw new IllegalStateException(thread + " is no unstarted thread of the simulation");
    }
    start(known);
  }

  private void start(SimulatedThread thread) {
    turns.add(thread);
    started.put(thread.thread(), thread);
    thread.thread().start();
  }

  void join(Thread thread, long nanos) throws InterruptedException {
    long deadline = later(nanos);
    SimulatedThread other = started.get(thread);
    while (other != null && !other.isOver() && nowNanos < deadline) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      park(other::isOver, deadline - nowNanos);
    }
  }

  void drive(Cycle cycle, SimulatedSocket socket) {
    turns.add(new SimulatedLoop(this, cycle, socket));
  }
}
