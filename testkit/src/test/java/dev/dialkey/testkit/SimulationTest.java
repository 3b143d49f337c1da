package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Endpoint;
import dev.dialkey.Router;
import dev.dialkey.addressing.EndpointAddr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the simulation itself promises. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class SimulationTest {
  private static final Duration LIMIT = Duration.ofDays(1);

  private final Simulation simulation = Simulation.seeded(7);

  @Test
  void hoursPassInMomentsAndSleepersWakeInOrder() {
    List<String> woken = new ArrayList<>();
    for (int hours = 5; hours > 0; hours--) {
      String name = hours + " h";
      Duration time = Duration.ofHours(hours);
      simulation.start(
          name,
          () -> {
            simulation.sleep(time);
            woken.add(name);
          });
    }
    simulation.run(LIMIT);
    assertThat(woken).containsExactly("1 h", "2 h", "3 h", "4 h", "5 h");
    assertThat(simulation.now()).isEqualTo(Duration.ofHours(5));
  }

  @Test
  void failureNamesTheSeedAndItsCauseAndLeavesNothingOpen() {
    simulation.note("a note of mine");
    SimulatedHost host = simulation.host("host", "10.0.0.1");
    simulation.start(
        "waiting",
        () -> {
          try (Endpoint endpoint = host.builder().alpns("test/1").bind()) {
            endpoint.accept();
          }
        });
    simulation.start(
        "broken",
        () -> {
          simulation.sleep(Duration.ofSeconds(1));
          throw new IOException("as planned");
        });
    assertThatThrownBy(() -> simulation.run(LIMIT))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("seed 7")
        .hasMessageContaining("a note of mine")
        .hasRootCauseMessage("as planned");
  }

  @Test
  void waitForWhatNeverComesIsToldAtOnce() {
    simulation.start("forgotten", () -> simulation.await(new CompletableFuture<String>()));
    assertThatThrownBy(() -> simulation.run(LIMIT)).hasMessageContaining("never comes");
  }

  @Test
  void timeIsBounded() {
    simulation.start("late", () -> simulation.sleep(LIMIT.plusNanos(1)));
    assertThatThrownBy(() -> simulation.run(LIMIT)).hasMessageContaining("the time is over");
  }

  @Test
  void othersThreadsMayNotWaitInIt() {
    assertThatThrownBy(() -> simulation.sleep(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Simulation.start");
  }

  @Test
  void routersFuturesAndWatchesAreSimulatedToo() {
    SimulatedHost server = simulation.host("server", "10.0.0.1", "10.0.7.1");
    SimulatedHost client = simulation.host("client", "2001:db8::1", "10.0.7.2");
    var address = new CompletableFuture<EndpointAddr>();
    var over = new CompletableFuture<Boolean>();
    simulation.start(
        "server",
        () -> {
          Router.Builder builder = Router.builder(server.builder().bind());
          builder.accept(
              "test/greet",
              connection -> {
                try (var stream = connection.acceptUni()) {
                  byte[] greeting = stream.readAll(100);
                  assertThat(greeting).asString(StandardCharsets.UTF_8).isEqualTo("hello");
                }
                connection.close(3, "seen");
              });
          try (Router router = builder.start()) {
            address.complete(router.endpoint().addr());
            simulation.await(over);
          }
        });
    simulation.start(
        "client",
        () -> {
          try (Endpoint endpoint = client.builder().bind()) {
            var dial = endpoint.connectAsync(simulation.await(address), "test/greet");
            try (var connection = simulation.await(dial)) {
              connection.watchPaths().await(paths -> !paths.isEmpty(), Duration.ofSeconds(5));
              var stream = simulation.await(connection.openUniAsync());
              stream.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
              stream.finish();
              assertThat(simulation.await(connection.closed()).describe()).contains("3");
            }
            over.complete(true);
          }
        });
    simulation.run(LIMIT);
    assertThat(simulation.now()).isLessThan(Duration.ofSeconds(10));
  }
}
