package dev.dialkey.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointMetrics;
import dev.dialkey.Router;
import dev.dialkey.TransportOptions;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
final class EndpointMetersTest {
  private static final String ALPN = "test/1";

  /** The first one usually does; a reference on some thread's stack may need a few. */
  private static final int MAX_COLLECTIONS = 100;

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void everyFigureIsAMeterOfItsKind() throws IOException {
    try (Endpoint endpoint = Loopback.builder().bind();
        var meters = new EndpointMeters(endpoint)) {
      meters.bindTo(registry);
      var figures = endpoint.metrics().snapshot().keySet();
      assertThat(figures).hasSizeGreaterThan(20);
      assertThat(registry.getMeters()).hasSameSizeAs(figures);
      for (String figure : figures) {
        Meter meter = registry.get("dialkey." + figure.replace('_', '.')).meter();
        assertThat(meter)
            .as(figure)
            .isInstanceOf(
                EndpointMetrics.gauges().contains(figure) ? Gauge.class : FunctionCounter.class);
        assertThat(meter.getId().getTag("endpoint")).isEqualTo(endpoint.id().shortString());
      }
    }
  }

  @Test
  void metersFollowTheEndpoint() throws IOException {
    try (var pair = Loopback.connect(TransportOptions.defaults());
        var meters = new EndpointMeters(pair.dialler())) {
      meters.bindTo(registry);
      assertThat(count("dialkey.connections.opened")).isEqualTo(1);
      assertThat(count("dialkey.connections.accepted")).isZero();
      assertThat(registry.get("dialkey.connections.handshaking").gauge().value()).isZero();
      double before = count("dialkey.socket.datagrams.sent");
      assertThat(before).isPositive();

      assertThat(count("dialkey.connections.closed")).isZero();
      pair.client().close();
      pair.dialler().close(); // Then the connection is over and the peer was told.
      assertThat(count("dialkey.connections.closed")).isEqualTo(1);
      assertThat(count("dialkey.socket.datagrams.sent")).isGreaterThan(before);
    }
  }

  @Test
  void endpointsAreToldApart() throws IOException {
    try (var pair = Loopback.connect(TransportOptions.defaults());
        var dialler = new EndpointMeters(pair.dialler(), Tags.of("role", "dialler"));
        var acceptor = new EndpointMeters(pair.acceptor(), Tags.of("role", "acceptor"))) {
      dialler.bindTo(registry);
      acceptor.bindTo(registry);
      String dialled = "dialkey.connections.dialled";
      assertThat(registry.get(dialled).tag("role", "dialler").functionCounter().count())
          .isEqualTo(1);
      assertThat(registry.get(dialled).tag("role", "acceptor").functionCounter().count()).isZero();
    }
  }

  @Test
  void closingRemovesOwnMetersFromAllRegistries() throws IOException {
    MeterRegistry second = new SimpleMeterRegistry();
    registry.counter("of.somebody.else");
    try (Endpoint endpoint = Loopback.builder().bind()) {
      var meters = new EndpointMeters(endpoint);
      meters.bindTo(registry);
      meters.bindTo(second);
      assertThat(second.getMeters()).isNotEmpty();
      meters.close();
      meters.close();
      assertThat(second.getMeters()).isEmpty();
      assertThat(registry.getMeters())
          .extracting(meter -> meter.getId().getName())
          .containsExactly("of.somebody.else");
    }
  }

  @Test
  void successorOfTheSameKeyIsCountedAnew() throws IOException {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var key = pair.dialler().secretKey();
      var first = new EndpointMeters(pair.dialler());
      first.bindTo(registry);
      assertThat(count("dialkey.connections.dialled")).isEqualTo(1);
      try (Endpoint again = Loopback.builder().secretKey(key).bind();
          var second = new EndpointMeters(again)) {
        first.close();
        second.bindTo(registry);
        assertThat(count("dialkey.connections.dialled")).isZero();
      }
    }
  }

  @Test
  void metersOfAClosedEndpointKeepItsLastFigures() throws IOException {
    Endpoint endpoint = Loopback.builder().bind();
    try (var meters = new EndpointMeters(endpoint)) {
      meters.bindTo(registry);
      try (Router router = accepting(endpoint);
          Endpoint other = Loopback.builder().bind();
          var connection = other.connect(router.endpoint().addr(), ALPN)) {
        assertThat(connection.remoteId()).isEqualTo(endpoint.id());
      }
      assertThat(endpoint.isClosed()).isTrue();
      assertThat(count("dialkey.connections.opened")).isEqualTo(1);
      assertThat(count("dialkey.socket.datagrams.received")).isPositive();
    }
  }

  @Test
  void forgottenEndpointIsNotKept() throws IOException {
    var meters = new EndpointMeters(boundAndClosed());
    for (int i = 0; i < MAX_COLLECTIONS && !isForgotten(); i++) {
      System.gc();
    }
    assertThat(isForgotten()).isTrue();
    MeterRegistry later = new SimpleMeterRegistry();
    meters.bindTo(later);
    assertThat(later.getMeters()).isEmpty();
  }

  @Test
  void scrapeSeesOneSnapshot() throws IOException {
    var clock = new AtomicLong();
    var figures = new Figures(clock::get);
    try (Endpoint acceptor = Loopback.builder().bind();
        Router router = accepting(acceptor);
        Endpoint dialler = Loopback.builder().bind()) {
      assertThat(figures.read("connections_opened", dialler)).isZero();
      try (var connection = dialler.connect(router.endpoint().addr(), ALPN)) {
        assertThat(connection.closeReason()).isEmpty();
        assertThat(figures.read("connections_dialled", dialler)).isZero();
        assertThat(figures.read("connections_opened", dialler)).isEqualTo(1); // The next scrape.
        assertThat(figures.read("connections_dialled", dialler)).isEqualTo(1);
      }
    }
  }

  @Test
  void snapshotIsNotUsedForLong() throws IOException {
    var clock = new AtomicLong(Long.MAX_VALUE); // Times may pass the end of the range.
    var figures = new Figures(clock::get);
    try (Endpoint acceptor = Loopback.builder().bind();
        Router router = accepting(acceptor);
        Endpoint dialler = Loopback.builder().bind()) {
      assertThat(figures.read("connections_opened", dialler)).isZero();
      try (var connection = dialler.connect(router.endpoint().addr(), ALPN)) {
        assertThat(connection.closeReason()).isEmpty();
        clock.addAndGet(Figures.MAX_AGE_NANOS);
        assertThat(figures.read("connections_dialled", dialler)).isEqualTo(1);
      }
    }
  }

  @Test
  void namesAreThoseOfTheTextForPrometheus() throws IOException {
    try (Endpoint endpoint = Loopback.builder().bind();
        var meters = new EndpointMeters(endpoint)) {
      meters.bindTo(registry);
      List<String> names =
          Pattern.compile("(?m)^# TYPE (\\S+)")
              .matcher(endpoint.metrics().toOpenMetrics())
              .results()
              .map(type -> type.group(1))
              .toList();
      assertThat(registry.getMeters())
          .extracting(meter -> meter.getId().getName().replace('.', '_'))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  /** Keeps what is dialled until the other side closes. */
  private static Router accepting(Endpoint endpoint) {
    return Router.builder(endpoint).accept(ALPN, connection -> connection.closed().join()).start();
  }

  /** Gauges of an object that is gone have no value. */
  private boolean isForgotten() {
    return Double.isNaN(registry.get("dialkey.connections.handshaking").gauge().value());
  }

  private double count(String name) {
    return registry.get(name).functionCounter().count();
  }

  /** In a frame of its own, so that no local variable keeps it. */
  private Endpoint boundAndClosed() throws IOException {
    Endpoint endpoint = Loopback.builder().bind();
    new EndpointMeters(endpoint).bindTo(registry);
    endpoint.close();
    return endpoint;
  }
}
