package dev.dialkey.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An echo over two or three pairs of addresses, of which all but one may die at any time. */
@ExtendWith(LeakCheck.class)
@Timeout(600)
class MultipathSimTest {
  private static final long SEEDS = 1_500;
  private static final long WARM_UP_SEEDS = 300;
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final int MAX_MESSAGES = 6;
  private static final int MAX_BYTES = 100_000;

  /** Until the data has left a path that died: what we promise beside round trips. */
  private static final Duration SETBACK = Duration.ofSeconds(1);

  /** What 100 kB take there and back from the smallest congestion window on. */
  private static final int ROUND_TRIPS = 8;

  /** Shorter than the idle time-out, so that no connection may die of it. */
  private static final Duration TROUBLE = Duration.ofSeconds(12);

  /**
   * After the end of all faults. A server that must not send any more to an address that is not
   * proven waits for the client's keep-alive, up to 5 s; the longest probe time-out is 2 s.
   */
  private static final Duration SETTLED = Duration.ofSeconds(7);

  private static final String[] CLIENT = {"10.0.0.2", "10.0.1.2", "10.0.2.2"};
  private static final String[] SERVER = {"10.0.0.1", "10.0.1.1", "10.0.2.1"};

  @Test
  void aDeathCostsASecondWhileAnotherPathWorks() throws Exception {
    SimulatedTrials.run(SEEDS, WARM_UP_SEEDS, LIMIT, MultipathSimTest::tame);
  }

  @Test
  void everythingArrivesAndEndsWhateverTheNetworkDoes() throws Exception {
    SimulatedTrials.run(SEEDS, WARM_UP_SEEDS, LIMIT, MultipathSimTest::wild);
  }

  private static void tame(long seed) {
    var simulation = Simulation.seeded(seed);
    PathTrouble trouble = trouble(simulation, true);
    var echo = new SimulatedEcho(simulation, trouble.server());
    echo.watch((from, to) -> {
      long setbacks = trouble.setbacks(from.minus(SETBACK), to);
      Duration roundTrips = trouble.slowestRoundTrip().multipliedBy(ROUND_TRIPS);
      Duration allowed = roundTrips.plus(SETBACK.plus(roundTrips).multipliedBy(setbacks));
      check(to.minus(from), allowed);
    });
    client(simulation, echo, trouble, near -> trouble.begin(near, echo));
    simulation.run(Duration.ofMinutes(10));
  }

  private static void wild(long seed) {
    var simulation = Simulation.seeded(seed);
    PathTrouble trouble = trouble(simulation, false);
    var echo = new SimulatedEcho(simulation, trouble.server());
    echo.watch((from, to) -> check(to, TROUBLE.plus(SETTLED)));
    client(
        simulation,
        echo,
        trouble,
        near -> simulation.start("opener", () -> trouble.begin(near, echo)));
    simulation.after(TROUBLE, () -> simulation.network().heal(Duration.ofMillis(20)));
    simulation.run(Duration.ofMinutes(10));
  }

  private static PathTrouble trouble(Simulation simulation, boolean tame) {
    RandomGenerator random = simulation.random();
    int pairs = random.nextInt(2, CLIENT.length + 1);
    SimulatedHost client = simulation.host("client", Arrays.copyOf(CLIENT, pairs));
    SimulatedHost server = simulation.host("server", Arrays.copyOf(SERVER, pairs));
    if (random.nextBoolean()) {
      client.behind("192.0.2.1");
    }
    return new PathTrouble(simulation, client, server, tame);
  }

  private static void client(
      Simulation simulation,
      SimulatedEcho echo,
      PathTrouble trouble,
      SimulatedEcho.UnderWay underWay) {
    int messages = simulation.random().nextInt(2, MAX_MESSAGES + 1);
    echo.client(trouble.client(), messages, MAX_BYTES, underWay);
  }

  private static void check(Duration taken, Duration allowed) {
    if (taken.compareTo(allowed) > 0) {
      throw new AssertionError("an exchange took until " + taken + ", not " + allowed);
    }
  }
}
