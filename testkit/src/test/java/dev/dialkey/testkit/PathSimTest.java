package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.PathInfo;
import dev.dialkey.StreamResetException;
import dev.dialkey.addressing.EndpointAddr;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a connection when its one path changes, fails, or dies; as stories. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class PathSimTest {
  private static final String ALPN = "test/path";
  private static final Duration ROUND_TRIP = Duration.ofMillis(40);

  /** What an exchange takes at most on a path that works: with a probe or two. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final Simulation simulation = Simulation.seeded(11);
  private final SimulatedHost near = simulation.host("near", "10.0.0.2").behind("192.0.2.1");
  private final SimulatedHost far = simulation.host("far", "198.51.100.1");
  private final CompletableFuture<EndpointAddr> farAddr = new CompletableFuture<>();
  private final CompletableFuture<Connection> accepted = new CompletableFuture<>();

  @BeforeEach
  void delay() {
    simulation.network().faults(LinkFaults.none(ROUND_TRIP.dividedBy(2)));
  }

  @Test
  void clientIsFollowedToTheAddressThatItIsSeenFrom() {
    story(stream -> {
      exchange(stream);
      PathInfo before = simulation.await(accepted).paths().getFirst();
      near.rebind();
      exchange(stream);
      simulation.sleep(SOON);
      PathInfo after = simulation.await(accepted).paths().getFirst();
      assertThat(after.remote().getPort()).isNotEqualTo(before.remote().getPort());
      assertThat(after.remote().getAddress()).isEqualTo(before.remote().getAddress());
    });
  }

  @Test
  void pathThatFailsForSecondsIsUsedAgain() {
    story(stream -> {
      exchange(stream);
      simulation.network().cut(near.address(), far.address());
      simulation.after(
          Duration.ofSeconds(5), () -> simulation.network().mend(near.address(), far.address()));
      Duration start = simulation.now();
      exchange(stream);
      assertThat(simulation.now().minus(start))
          .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(15));
    });
  }

  @Test
  void oneDirectionThatFailsForSecondsIsUsedAgain() {
    story(stream -> {
      exchange(stream);
      SimulatedLink back = simulation.network().link(far.address(), near.address());
      back.cut();
      simulation.after(Duration.ofSeconds(5), back::mend);
      exchange(stream);
      assertThat(simulation.now()).isLessThan(Duration.ofSeconds(20));
    });
  }

  @Test
  void pathThatDiesEndsBothSidesAfterTheIdleTimeout() {
    story(stream -> {
      exchange(stream);
      simulation.network().cut(near.address(), far.address());
      Duration start = simulation.now();
      assertThatThrownBy(() -> exchange(stream))
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              e -> assertThat(e.reason()).isInstanceOf(CloseReason.IdleTimeout.class));
      assertThat(simulation.await(simulation.await(accepted).closed()))
          .isInstanceOf(CloseReason.IdleTimeout.class);
      assertThat(simulation.now().minus(start))
          .isBetween(Duration.ofSeconds(24), Duration.ofSeconds(40));
    });
  }

  private interface Story {
    void tell(BiStream stream) throws Exception;
  }

  private void story(Story story) {
    var over = new CompletableFuture<Boolean>();
    simulation.start("far", () -> answer(over));
    simulation.start(
        "near",
        () -> {
          EndpointAddr addr = simulation.await(farAddr);
          try (Endpoint endpoint = near.builder().bind();
              Connection connection = endpoint.connect(addr, ALPN);
              BiStream stream = connection.openBi()) {
            story.tell(stream);
          }
          over.complete(true);
        });
    simulation.run(Duration.ofMinutes(10));
  }

  /** Sends each byte back. */
  private void answer(CompletableFuture<Boolean> over) throws Exception {
    try (Endpoint endpoint = far.builder().alpns(ALPN).bind()) {
      farAddr.complete(endpoint.addr());
      try (Connection connection = endpoint.accept().orElseThrow().accept().await();
          BiStream stream = connection.acceptBi()) {
        accepted.complete(connection);
        var piece = ByteBuffer.allocate(1);
        while (stream.recv().read(piece.clear()) >= 0) {
          stream.send().write(piece.flip());
        }
      } catch (ConnectionClosedException | StreamResetException e) {
        simulation.note("far: " + e.getMessage());
      }
      simulation.await(over);
    }
  }

  private static void exchange(BiStream stream) throws Exception {
    stream.send().write(ByteBuffer.wrap(new byte[1]));
    stream.recv().readFully(new byte[1]);
  }
}
