package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class SimulationSimTest {

  @Test
  void anEchoOverAGoodNetworkTakesItsRoundTripsAndNoMore() {
    var simulation = Simulation.seeded(1);
    simulation.network().faults(LinkFaults.none(Duration.ofMillis(50)));
    var echo = new SimulatedEcho(simulation, simulation.host("server", "10.0.0.1"));
    echo.client(simulation.host("client", "10.0.0.2"), 1, 100);
    simulation.run(Duration.ofMinutes(1));
    assertThat(simulation.now()).isBetween(Duration.ofMillis(200), Duration.ofSeconds(3));
  }

  @Test
  void sameSeedGoesTheSameWay() {
    for (long seed = 1; seed <= 20; seed++) {
      List<String> first = course(seed);
      assertThat(first).hasSizeGreaterThan(50);
      assertThat(course(seed)).isEqualTo(first);
      assertThat(course(seed + 1_000)).isNotEqualTo(first);
    }
  }

  private static List<String> course(long seed) {
    var simulation = Simulation.seeded(seed);
    simulation.network().faults(LinkFaults.random(simulation.random()));
    var echo = new SimulatedEcho(simulation, simulation.host("server", "10.0.0.1"));
    echo.client(simulation.host("one", "10.0.0.2"), 3, 20_000);
    echo.client(simulation.host("two", "10.0.0.3").behind("192.0.2.1"), 3, 20_000);
    simulation.run(Duration.ofMinutes(10));
    return simulation.log();
  }
}
