package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SecretKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that vanish or come back without their state, and connections that are merely idle. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class SilentPeerTest {

  @Test
  void restartedPeerResetsTheConnectionsOfItsFormerLife() throws Exception {
    var options = TransportOptions.builder().keepAlive(Duration.ofMillis(200)).build();
    try (SecretKey key = SecretKey.generate();
        ChildAcceptor child = ChildAcceptor.start(key);
        Endpoint dialler = Loopback.builder().transport(options).bind()) {
      Connection client = dialler.connect(address(key, child), "test/1");
      exchange(client);
      child.kill();
      try (Endpoint reborn =
          Loopback.builder().bindAddr(loopback(child.port())).secretKey(key).bind()) {
        long start = System.nanoTime();
        assertThat(client.closed().get(20, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Reset.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(reborn.metrics().connections().statelessResetsSent()).isPositive();
        assertThatThrownBy(client::openBi).isInstanceOf(ConnectionClosedException.class);
      }
    }
  }

  @Test
  void idleTimeoutFiresWhenThePeerIsKilled() throws Exception {
    var options =
        TransportOptions.builder()
            .maxIdleTimeout(Duration.ofMillis(600))
            .keepAlive(Duration.ofMillis(100))
            .build();
    try (SecretKey key = SecretKey.generate();
        ChildAcceptor child = ChildAcceptor.start(key);
        Endpoint dialler = Loopback.builder().transport(options).bind()) {
      Connection client = dialler.connect(address(key, child), "test/1");
      exchange(client);
      var reader = Tasks.start(client::acceptUni).parked();
      child.kill();
      assertThat(client.closed().get(20, TimeUnit.SECONDS))
          .isInstanceOf(CloseReason.IdleTimeout.class);
      assertThat(reader.failure())
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              e -> assertThat(e.reason()).isInstanceOf(CloseReason.IdleTimeout.class));
    }
  }

  @Test
  void keepAliveKeepsAnIdleConnection() throws Exception {
    var options =
        TransportOptions.builder()
            .maxIdleTimeout(Duration.ofMillis(300))
            .keepAlive(Duration.ofMillis(50))
            .build();
    try (var pair = Loopback.connect(options)) {
      // Five idle time-outs long.
      Tasks.awaitTrue(() -> pair.client().stats().keepAlives() >= 30);
      assertThat(pair.client().closeReason()).isEmpty();
      assertThat(pair.server().closeReason()).isEmpty();
    }
  }

  @Test
  void idleTimeoutEndsBlockedReadersAndWriters() throws Exception {
    var options =
        TransportOptions.builder()
            .maxIdleTimeout(Duration.ofMillis(300))
            .keepAlive(Duration.ZERO)
            .streamReceiveWindow(16 * 1024)
            .build();
    try (var pair = Loopback.connect(options)) {
      List<Tasks.Task<?>> waiting = new ArrayList<>();
      for (Connection connection : List.of(pair.client(), pair.server())) {
        for (int i = 0; i < 4; i++) {
          var stream = connection.openBi();
          boolean direct = i % 2 == 0;
          waiting.add(Tasks.start(() -> stream.send().write(buffer(direct))));
          waiting.add(Tasks.start(() -> stream.recv().read(buffer(direct))));
        }
      }
      for (var task : waiting) {
        assertThat(task.failure())
            .isInstanceOfSatisfying(
                ConnectionClosedException.class,
                e -> assertThat(e.reason()).isInstanceOf(CloseReason.IdleTimeout.class));
      }
    }
  }

  private static java.nio.ByteBuffer buffer(boolean direct) {
    int size = 1 << 20;
    return direct ? java.nio.ByteBuffer.allocateDirect(size) : java.nio.ByteBuffer.allocate(size);
  }

  private static void exchange(Connection client) throws Exception {
    try (var stream = client.openBi()) {
      stream.send().write(new byte[] {1, 2, 3});
      stream.send().finish();
      assertThat(stream.recv().readAll(3)).containsExactly(1, 2, 3);
    }
  }

  private static EndpointAddr address(SecretKey key, ChildAcceptor child) {
    return EndpointAddr.of(key.endpointId()).withIp(loopback(child.port()));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
