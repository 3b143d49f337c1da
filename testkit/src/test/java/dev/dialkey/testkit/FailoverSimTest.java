package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.PathInfo;
import dev.dialkey.holepunch.PathStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a transfer notices when paths die under it while another one works; as stories. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FailoverSimTest {
  private static final Duration ROUND_TRIP = Duration.ofMillis(40);
  private static final String[] NEAR = {"10.0.0.2", "10.0.1.2", "10.0.2.2"};
  private static final String[] FAR = {"10.0.0.1", "10.0.1.1", "10.0.2.1"};
  private static final int BYTES = 3_000_000;

  /** How long nothing may come: where iroh takes 15 s and more. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private interface Disaster {
    void strike(List<InetAddress> used, List<InetAddress> spare);
  }

  private final Simulation simulation = Simulation.seeded(7);

  @Test
  void pathInUseDies() {
    Duration gap =
        longestGap(2, (used, spare) -> simulation.network().cut(used.get(0), used.get(1)));
    assertThat(gap).isLessThan(SOON);
  }

  @Test
  void pathInUseDiesOnTheWayThereAlone() {
    Duration gap =
        longestGap(2, (used, spare) -> simulation.network().link(used.get(0), used.get(1)).cut());
    assertThat(gap).isLessThan(SOON);
  }

  @Test
  void pathInUseDiesOnTheWayBackAlone() {
    Duration gap =
        longestGap(2, (used, spare) -> simulation.network().link(used.get(1), used.get(0)).cut());
    assertThat(gap).isLessThan(SOON);
  }

  @Test
  void twoOfThreePathsDieAtOnce() {
    Duration gap =
        longestGap(
            3,
            (used, spare) -> {
              simulation.network().cut(used.get(0), used.get(1));
              simulation.network().cut(spare.get(0), spare.get(1));
            });
    assertThat(gap).isLessThan(SOON);
  }

  @Test
  void allPathsDieForSeconds() {
    var outage = Duration.ofSeconds(5);
    Duration gap =
        longestGap(
            2,
            (used, spare) -> {
              simulation.network().cut(used.get(0), used.get(1));
              simulation.network().cut(spare.get(0), spare.get(1));
              simulation.after(outage, () -> simulation.network().heal(ROUND_TRIP.dividedBy(2)));
            });
    // The longest probe time-out is 2 s.
    assertThat(gap).isBetween(outage, outage.plusSeconds(3));
  }

  /** How long the client got nothing, of a transfer there and back that a disaster strikes. */
  private Duration longestGap(int pairs, Disaster disaster) {
    simulation.network().faults(LinkFaults.none(ROUND_TRIP.dividedBy(2)));
    SimulatedHost near = simulation.host("near", Arrays.copyOf(NEAR, pairs));
    SimulatedHost far = simulation.host("far", Arrays.copyOf(FAR, pairs));
    var echo = new SimulatedEcho(simulation, far);
    var gap = new Duration[1];
    echo.client(
        near,
        1,
        1,
        connection -> {
          openAll(connection, echo);
          gap[0] = transfer(connection, () -> strike(connection, near, far, disaster));
        });
    simulation.run(Duration.ofMinutes(2));
    return gap[0];
  }

  private void openAll(Connection near, SimulatedEcho echo) throws Exception {
    InetSocketAddress first = selected(near).remote();
    for (InetSocketAddress remote : echo.serverAddr().ipAddrs()) {
      if (!remote.equals(first)) {
        near.pathControl().open(remote, PathStatus.AVAILABLE);
      }
    }
    simulation.sleep(ROUND_TRIP.multipliedBy(10));
    assertThat(near.paths()).hasSameSizeAs(echo.serverAddr().ipAddrs());
  }

  /** In the order of the addresses: the pair in use, and the first one that is not. */
  private static void strike(
      Connection connection, SimulatedHost near, SimulatedHost far, Disaster disaster) {
    int used = far.addresses().indexOf(selected(connection).remote().getAddress());
    int spare = used == 0 ? 1 : 0;
    disaster.strike(
        List.of(near.addresses().get(used), far.addresses().get(used)),
        List.of(near.addresses().get(spare), far.addresses().get(spare)));
  }

  private Duration transfer(Connection connection, Runnable atHalf) throws Exception {
    try (BiStream stream = connection.openBi()) {
      simulation.start(
          "writer",
          () -> {
            stream.send().write(Pattern.bytes(BYTES, 1));
            stream.send().finish();
          });
      var piece = ByteBuffer.allocate(10_000);
      Duration longest = Duration.ZERO;
      Duration last = simulation.now();
      int position = 0;
      int n = stream.recv().read(piece);
      while (n >= 0) {
        Pattern.check(piece.array(), n, position, 1);
        if (position < BYTES / 2 && position + n >= BYTES / 2) {
          atHalf.run();
        }
        position += n;
        Duration now = simulation.now();
        longest = now.minus(last).compareTo(longest) > 0 ? now.minus(last) : longest;
        last = now;
        n = stream.recv().read(piece.clear());
      }
      assertThat(position).isEqualTo(BYTES);
      simulation.note("longest gap " + longest);

      return longest;
    }
  }

  private static PathInfo selected(Connection connection) {
    return connection.paths().stream().filter(PathInfo::selected).findFirst().orElseThrow();
  }
}
