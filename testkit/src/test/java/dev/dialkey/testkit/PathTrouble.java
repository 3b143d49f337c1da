package dev.dialkey.testkit;

import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Events;
import dev.dialkey.PathEvent;
import dev.dialkey.PathInfo;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Opens a path over each pair of addresses of two hosts, and then has happen to paths what a seed
 * decides: some die, for a while or for good, some are closed, chosen, or opened anew.
 *
 * <p>One pair of addresses is never cut, and its paths are never closed. In the tame kind links
 * delay and do nothing else; in the other they lose, double and reorder, and the client's address
 * translation may forget.
 */
final class PathTrouble {
  private static final int MAX_EVENTS = 7;
  private static final int WITHIN_MS = 4_000;
  private static final int MAX_CUT_MS = 5_000;
  private static final int MAX_DELAY_MICROS = 50_000;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Simulation simulation;
  private final RandomGenerator random;
  private final SimulatedHost client;
  private final SimulatedHost server;
  private final boolean tame;
  private final int pairs;

  /** The pair of addresses that works all the time. */
  private final int spared;

  /** When something happened that may cost an exchange some time. */
  private final List<Duration> setbacks = new ArrayList<>();

  private Duration slowest = Duration.ZERO;
  private List<InetSocketAddress> remotes = List.of();

  PathTrouble(Simulation simulation, SimulatedHost client, SimulatedHost server, boolean tame) {
    this.simulation = simulation;
    this.random = simulation.random();
    this.client = client;
    this.server = server;
    this.tame = tame;
    this.pairs = client.addresses().size();
    this.spared = random.nextInt(pairs);
    for (int pair = 0; pair < pairs; pair++) {
      LinkFaults faults =
          tame
              ? LinkFaults.none(Duration.ofNanos(1_000L * random.nextInt(100, MAX_DELAY_MICROS)))
              : LinkFaults.random(random);
      there(pair).faults(faults);
      back(pair).faults(tame ? faults : LinkFaults.random(random));
      Duration delay = faults.delay();
      slowest = delay.compareTo(slowest) > 0 ? delay : slowest;
    }
  }

  SimulatedHost client() {
    return client;
  }

  SimulatedHost server() {
    return server;
  }

  /** Round trip of the slowest pair of addresses, in the tame kind. */
  Duration slowestRoundTrip() {
    return slowest.multipliedBy(2);
  }

  /** How many things happened that may cost an exchange between these points in time. */
  long setbacks(Duration from, Duration to) {
    return setbacks.stream().filter(at -> at.compareTo(from) >= 0 && at.compareTo(to) < 0).count();
  }

  /** Opens the paths and starts what happens to them. On a script. */
  void begin(Connection near, SimulatedEcho echo) throws Exception {
    Connection far = echo.accepted().getFirst();
    remotes = echo.serverAddr().ipAddrs();
    simulation.start("near-paths", () -> tell("client", near));
    simulation.start("far-paths", () -> tell("server", far));
    Set<InetSocketAddress> known =
        near.paths().stream().map(PathInfo::remote).collect(Collectors.toSet());
    for (InetSocketAddress remote : remotes) {
      if (!known.contains(remote)) {
        near.pathControl().open(remote, status());
      }
    }
    if (tame) {
      awaitAll(near, far);
    }
    for (int i = random.nextInt(MAX_EVENTS); i > 0; i--) {
      Duration delay = Duration.ofMillis(random.nextInt(WITHIN_MS));
      simulation.start("trouble", () -> happen(delay, near, far));
    }
  }

  /** Writes what happens to paths into the log. */
  private void tell(String who, Connection side) throws Exception {
    try (Events<PathEvent> events = side.pathEvents()) {
      Optional<PathEvent> next = events.take();
      while (next.isPresent()) {
        simulation.note(
            who
                + switch (next.get()) {
                  case PathEvent.Opened(PathInfo path) ->
                      " has path " + path.id() + " to " + path.remote();
                  case PathEvent.Selected(PathInfo path) ->
                      " uses path " + path.id() + " to " + path.remote();
                  case PathEvent.Closed(PathId id, _) -> " has no path " + id;
                  case PathEvent.Lagged(long missed) -> " missed " + missed + " events";
                });
        next = events.take();
      }
    }
  }

  private void awaitAll(Connection near, Connection far) throws Exception {
    while (near.paths().size() < pairs || far.paths().size() < pairs) {
      simulation.sleep(Duration.ofMillis(10));
    }
    // Each of them measures its round trip.
    simulation.sleep(slowestRoundTrip().multipliedBy(3));
  }

  private void happen(Duration delay, Connection near, Connection far) throws Exception {
    simulation.sleep(delay);
    int pair = random.nextInt(pairs);
    boolean atClient = random.nextBoolean();
    Connection side = atClient ? near : far;
    try {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> cut(pair);
        case 3 -> close(pair, atClient, near, far);
        case 4 -> select(pair, side, atClient);
        case 5 -> {
          Optional<PathId> path = path(side, pair, atClient);
          if (path.isPresent()) {
            side.pathControl().setStatus(path.get(), status());
          }
        }
        case 6 -> {
          simulation.note("opens a path over pair " + pair);
          near.pathControl().open(remotes.get(pair), status(), PATIENCE);
        }
        default -> rebind();
      }
    } catch (IllegalStateException | DialkeyTimeoutException | ConnectionClosedException e) {
      simulation.note("not done: " + e.getMessage());
    }
  }

  private void cut(int pair) {
    if (pair == spared) {
      return;
    }
    setback("pair " + pair + " is cut");
    int ways = random.nextInt(1, 4);
    boolean forGood = random.nextInt(3) == 0;
    Duration length = Duration.ofMillis(random.nextInt(10, MAX_CUT_MS));
    for (SimulatedLink link : List.of(there(pair), back(pair))) {
      if (link == there(pair) ? (ways & 1) != 0 : (ways & 2) != 0) {
        link.cut();
        if (!forGood) {
          simulation.after(length, link::mend);
        }
      }
    }
  }

  /** Never the last path that both sides use, nor the only one that works. */
  private void close(int pair, boolean atClient, Connection near, Connection far) throws Exception {
    Optional<PathId> path = path(atClient ? near : far, pair, atClient);
    if (path.isEmpty() || pair == spared) {
      return;
    }
    Set<PathId> others = near.paths().stream().map(PathInfo::id).collect(Collectors.toSet());
    others.retainAll(far.paths().stream().map(PathInfo::id).toList());
    others.remove(path.get());
    if (!others.isEmpty()) {
      setback((atClient ? "client" : "server") + " closes path " + path.get());
      (atClient ? near : far).pathControl().close(path.get());
    }
  }

  private void select(int pair, Connection side, boolean atClient) throws Exception {
    Optional<PathId> path = path(side, pair, atClient);
    if (path.isPresent()) {
      setback((atClient ? "client" : "server") + " selects path " + path.get());
      side.pathControl().select(path.get());
    }
  }

  private void rebind() {
    if (!tame) {
      client.rebind();
    }
  }

  private void setback(String what) {
    simulation.note(what);
    setbacks.add(simulation.now());
  }

  private PathStatus status() {
    return random.nextBoolean() ? PathStatus.AVAILABLE : PathStatus.BACKUP;
  }

  /** A path of the connection over this pair; each side knows the server's address of it. */
  private Optional<PathId> path(Connection side, int pair, boolean atClient) {
    return side.paths().stream()
        .filter(path -> (atClient ? path.remote() : path.local()).equals(remotes.get(pair)))
        .map(PathInfo::id)
        .findFirst();
  }

  private SimulatedLink there(int pair) {
    return simulation.network().link(client.addresses().get(pair), server.addresses().get(pair));
  }

  private SimulatedLink back(int pair) {
    return simulation.network().link(server.addresses().get(pair), client.addresses().get(pair));
  }
}
