package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.EndpointAddr;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much leaves before the sender looks for what the peer has to say. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class WindowPartsSimTest {
  private static final String ALPN = "test/parts";
  private static final int MESSAGE = 4 << 20;

  /** That of iroh. */
  private static final long SMALL_WINDOW = 1_250_000;

  /** Its first flight of data is larger than what the small window is to be filled with at once. */
  private static final TransportOptions EAGER =
      TransportOptions.builder().pacing(false).initialWindowPackets(100).build();

  private final Simulation simulation = Simulation.seeded(5);
  private final SimulatedHost near = simulation.host("near", "10.0.0.2");
  private final SimulatedHost far = simulation.host("far", "10.0.0.1");
  private final CompletableFuture<EndpointAddr> farAddr = new CompletableFuture<>();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void smallWindowIsFilledInParts(boolean fromHeap) {
    sendTo(TransportOptions.builder().streamReceiveWindow(SMALL_WINDOW).build(), fromHeap);
    // The writer's part, and the loop's, with which it begins and ends a turn.
    assertThat(near.mostSentAtOnce()).isLessThan(3 * SMALL_WINDOW / 40);
  }

  @Test
  void largeWindowIsFilledAtOnce() {
    sendTo(TransportOptions.defaults(), false);
    assertThat(near.mostSentAtOnce()).isGreaterThan(4 * SMALL_WINDOW / 40);
  }

  private void sendTo(TransportOptions receiver, boolean fromHeap) {
    simulation.start("far", () -> receive(receiver));
    simulation.start(
        "near",
        () -> {
          EndpointAddr addr = simulation.await(farAddr);
          try (Endpoint endpoint = near.builder().transport(EAGER).bind();
              Connection connection = endpoint.connect(addr, ALPN);
              BiStream stream = connection.openBi();
              Arena arena = Arena.ofShared()) {
            stream
                .send()
                .write(
                    fromHeap
                        ? ByteBuffer.allocate(MESSAGE)
                        : arena.allocate(MESSAGE).asByteBuffer());
            stream.send().finish();
            assertThat(stream.recv().readAll(1)).hasSize(1);
          }
        });
    simulation.run(Duration.ofMinutes(10));
  }

  private void receive(TransportOptions options) throws Exception {
    try (Endpoint endpoint = far.builder().alpns(ALPN).transport(options).bind()) {
      farAddr.complete(endpoint.addr());
      try (Connection connection = endpoint.accept().orElseThrow().accept().await();
          BiStream stream = connection.acceptBi()) {
        assertThat(stream.recv().readAll(MESSAGE)).hasSize(MESSAGE);
        stream.send().finish(ByteBuffer.allocate(1));
        simulation.await(connection.closed());
      }
    }
  }
}
