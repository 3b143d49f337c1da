package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.ConnectionMetrics;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointMetrics;
import dev.dialkey.LoopMetrics;
import dev.dialkey.SocketMetrics;
import java.lang.reflect.RecordComponent;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an endpoint counts, and how it shows it. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class MetricsTest {

  @Test
  void snapshotHasEveryFigureUnderItsName() throws Exception {
    EndpointMetrics metrics = distinct();
    Map<String, Long> expected = new LinkedHashMap<>();
    putAll(expected, "socket_", metrics.socket());
    putAll(expected, "loop_", metrics.loops());
    putAll(expected, "connections_", metrics.connections());
    assertThat(metrics.snapshot()).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(EndpointMetrics.gauges()).isEqualTo(Set.of("connections_handshaking"));
    assertThatThrownBy(() -> metrics.snapshot().put("x", 1L))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private static void putAll(Map<String, Long> figures, String prefix, Record group)
      throws Exception {
    for (RecordComponent component : group.getClass().getRecordComponents()) {
      String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      figures.put(prefix + name, (Long) component.getAccessor().invoke(group));
    }
  }

  /** Metrics in which no two figures are the same. */
  private static EndpointMetrics distinct() throws Exception {
    return new EndpointMetrics(
        filled(SocketMetrics.class, 100),
        filled(LoopMetrics.class, 200),
        filled(ConnectionMetrics.class, 300));
  }

  private static <T extends Record> T filled(Class<T> group, long first) throws Exception {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : group.getRecordComponents()) {
      assertThat(component.getType()).isEqualTo(long.class);
      values.add(first + values.size());
    }
    return group.cast(group.getConstructors()[0].newInstance(values.toArray()));
  }

  /** The grammar of OpenMetrics 1.0, as far as counters and gauges without labels go. */
  @Test
  void textIsOpenMetrics() throws Exception {
    EndpointMetrics metrics = distinct();
    String text = metrics.toOpenMetrics();
    assertThat(text).endsWith("# EOF\n");
    Map<String, Long> parsed = new LinkedHashMap<>();
    List<String> lines = text.lines().toList();
    assertThat(lines).hasSize(metrics.snapshot().size() * 3 + 1);
    for (int i = 0; i + 1 < lines.size(); i += 3) {
      String[] type = lines.get(i).split(" ", -1);
      String[] help = lines.get(i + 1).split(" ", 4);
      String[] sample = lines.get(i + 2).split(" ", -1);
      assertThat(type).startsWith("#", "TYPE").hasSize(4);
      assertThat(help).startsWith("#", "HELP", type[2]).hasSize(4);
      assertThat(help[3]).matches("[A-Z0-9].*\\.");
      assertThat(type[2]).matches("dialkey_[a-z][a-z_]*");
      boolean gauge = "gauge".equals(type[3]);
      assertThat(gauge || "counter".equals(type[3])).isTrue();
      assertThat(sample).hasSize(2);
      assertThat(sample[0]).isEqualTo(gauge ? type[2] : type[2] + "_total");
      String name = type[2].substring("dialkey_".length());
      assertThat(EndpointMetrics.gauges().contains(name)).isEqualTo(gauge);
      assertThat(parsed.put(name, Long.valueOf(sample[1]))).isNull();
    }
    assertThat(parsed).isEqualTo(metrics.snapshot());
  }

  @Test
  @SuppressWarnings("try") // The dial is there to be ignored.
  void countersOfConnectionsMove() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler()) {
      assertThat(acceptor.metrics().snapshot().values()).containsOnly(0L);
      connectAndClose(dialler, acceptor);
      try (Connecting dial = Peers.dial(dialler, acceptor)) {
        Peers.next(acceptor).refuse();
        assertThatThrownBy(dial::await).isInstanceOf(ConnectionClosedException.class);
      }
      try (Connecting dial = Peers.dial(dialler, acceptor)) {
        Peers.next(acceptor).ignore();
        assertThat(dialler.metrics().connections().handshaking()).isEqualTo(1);
      }
      Tasks.awaitTrue(() -> dialler.metrics().connections().handshaking() == 0);
      ConnectionMetrics client = dialler.metrics().connections();
      assertThat(client.dialled()).isEqualTo(3);
      assertThat(client.opened()).isEqualTo(1);
      assertThat(client.closed()).isEqualTo(1);
      assertThat(client.handshakesFailed()).isEqualTo(2);
      ConnectionMetrics server = acceptor.metrics().connections();
      assertThat(server.accepted()).isEqualTo(1);
      assertThat(server.refused()).isEqualTo(1);
      assertThat(server.ignored()).isEqualTo(1);
      assertThat(server.opened()).isEqualTo(1);
      assertThat(server.closed()).isEqualTo(1);
      assertThat(server.handshakesFailed()).isZero();
      assertThat(server.dialled()).isZero();
    }
  }

  private static void connectAndClose(Endpoint dialler, Endpoint acceptor) throws Exception {
    var accepting = Peers.accept(acceptor);
    try (Connection client = dialler.connect(acceptor.addr(), Peers.ALPN)) {
      Connection server = accepting.get();
      Peers.exchange(client, server);
      server.close();
      Peers.reasonOf(client);
    }
  }

  @Test
  void bothSidesOfASocketCountTheSame() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler()) {
      connectAndClose(dialler, acceptor);
      Tasks.awaitTrue(() ->
          sent(dialler) == acceptor.metrics().socket().datagramsReceived()
              && sent(acceptor) == dialler.metrics().socket().datagramsReceived());
      assertThat(dialler.metrics().socket().bytesSent())
          .isEqualTo(acceptor.metrics().socket().bytesReceived())
          .isGreaterThan(3_000);
      assertThat(acceptor.metrics().loops().datagramsDelivered())
          .isPositive()
          .isLessThanOrEqualTo(acceptor.metrics().socket().datagramsReceived());
    }
  }

  private static long sent(Endpoint endpoint) {
    return endpoint.metrics().socket().datagramsSent();
  }

  @Test
  void whatIsDroppedIsCountedByItsCause() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint silent = Peers.dialler();
        Endpoint dialler = Peers.dialler();
        DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      try (Connecting dial = Peers.dial(dialler, silent)) {
        Tasks.awaitTrue(() -> silent.metrics().connections().notAcceptingDropped() > 0);
        assertThat(dial.remoteId()).isEqualTo(silent.id());
      }
      assertThatThrownBy(() -> silent.accept(Duration.ZERO))
          .isInstanceOf(DialkeyTimeoutException.class);
      var to = acceptor.boundSockets().getFirst();
      stranger.send(new DatagramPacket(new byte[] {1}, 1, to));
      Tasks.awaitTrue(() -> acceptor.metrics().loops().malformedDropped() == 1);
      byte[] shortHeader = Pattern.bytes(100, 1);
      shortHeader[0] = 0x40;
      stranger.send(new DatagramPacket(shortHeader, shortHeader.length, to));
      Tasks.awaitTrue(() -> acceptor.metrics().loops().unknownConnectionDropped() == 1);
    }
  }

  @Test
  void figuresStayAfterTheEndpointIsClosed() throws Exception {
    EndpointMetrics last;
    Endpoint acceptor = Peers.acceptor();
    try (Endpoint dialler = Peers.dialler()) {
      connectAndClose(dialler, acceptor);
      acceptor.close();
      last = acceptor.metrics();
      assertThat(last.connections().opened()).isEqualTo(1);
      assertThat(last.connections().closed()).isEqualTo(1);
      assertThat(last.connections().handshaking()).isZero();
      assertThat(last.socket().datagramsReceived()).isPositive();
      assertThat(last.socket().datagramsSent()).isPositive();
    }
    assertThat(acceptor.metrics()).isEqualTo(last);
    assertThat(acceptor.metrics().toOpenMetrics()).isEqualTo(last.toOpenMetrics());
  }

  @Test
  void countersOnlyRiseWhileTheEndpointIsBusyAndClosing() throws Exception {
    for (int round = 0; round < 5; round++) {
      Endpoint acceptor = Loopback.builder().loops(2).alpns(Peers.ALPN).bind();
      try (Endpoint dialler = Peers.dialler()) {
        var watcher = Tasks.run(() -> watchUntilClosed(acceptor));
        connectAndClose(dialler, acceptor);
        connectAndClose(dialler, acceptor);
        acceptor.close();
        watcher.get();
      }
    }
  }

  private static void watchUntilClosed(Endpoint endpoint) {
    Map<String, Long> before = endpoint.metrics().snapshot();
    boolean last = false;
    while (!last) {
      last = endpoint.closed().isDone();
      Map<String, Long> now = endpoint.metrics().snapshot();
      for (var figure : now.entrySet()) {
        if (!EndpointMetrics.gauges().contains(figure.getKey())) {
          assertThat(figure.getValue())
              .as(figure.getKey())
              .isGreaterThanOrEqualTo(before.get(figure.getKey()));
        }
      }
      before = now;
    }
  }
}
