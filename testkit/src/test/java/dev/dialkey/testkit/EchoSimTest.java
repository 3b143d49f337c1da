package dev.dialkey.testkit;

import java.net.InetAddress;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An echo while the network does its worst, then heals: everything must settle. */
@ExtendWith(LeakCheck.class)
@Timeout(600)
class EchoSimTest {
  private static final long SEEDS = 3_000;
  private static final Duration LIMIT = Duration.ofSeconds(40);

  /** Shorter than the idle time-out, so that no connection may die of it. */
  private static final Duration TROUBLE = Duration.ofSeconds(20);

  private static final int MAX_CLIENTS = 3;

  /** After so many the compiler has done its work. */
  private static final long WARM_UP_SEEDS = 1_000;

  @Test
  void everythingArrivesAndEndsWhateverTheNetworkDoes() throws Exception {
    SimulatedTrials.run(SEEDS, WARM_UP_SEEDS, LIMIT, EchoSimTest::trouble);
  }

  private static void trouble(long seed) throws Exception {
    var simulation = Simulation.seeded(seed);
    RandomGenerator random = simulation.random();
    SimulatedHost server = simulation.host("server", "10.0.0.1");
    var echo = new SimulatedEcho(simulation, server);
    simulation.network().faults(LinkFaults.random(random));
    int clients = random.nextInt(1, MAX_CLIENTS + 1);
    for (int i = 1; i <= clients; i++) {
      SimulatedHost client = simulation.host("client-" + i, "10.0.1." + i);
      client.behind("192.0.2." + i);
      int messages = random.nextInt(1, 6);
      echo.client(client, messages, 30_000, connection -> afflict(simulation, client, server));
    }
    simulation.after(TROUBLE, () -> simulation.network().heal(Duration.ofMillis(20)));
    simulation.run(Duration.ofMinutes(10));
  }

  /** Plans what happens to a client once both sides are connected: a dial survives less. */
  private static void afflict(Simulation simulation, SimulatedHost client, SimulatedHost server) {
    RandomGenerator random = simulation.random();
    for (int i = random.nextInt(5); i > 0; i--) {
      Duration when = Duration.ofMillis(random.nextInt(4_000));
      int ways = random.nextInt(4);
      if (ways == 0) {
        simulation.after(when, client::rebind);
      } else {
        cut(simulation, when, (ways & 1) == 0, client.address(), server.address());
        cut(simulation, when, (ways & 2) == 0, server.address(), client.address());
      }
    }
  }

  private static void cut(
      Simulation simulation, Duration when, boolean spared, InetAddress from, InetAddress to) {
    if (spared) {
      return;
    }
    SimulatedLink link = simulation.network().link(from, to);
    Duration length = Duration.ofMillis(simulation.random().nextInt(10, 8_000));
    String what = from.getHostAddress() + " to " + to.getHostAddress();
    simulation.after(
        when,
        () -> {
          simulation.note("cut from " + what);
          link.cut();
        });
    simulation.after(
        when.plus(length),
        () -> {
          simulation.note("mended from " + what);
          link.mend();
        });
  }
}
