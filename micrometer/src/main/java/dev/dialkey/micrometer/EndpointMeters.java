package dev.dialkey.micrometer;

import dev.dialkey.Endpoint;
import dev.dialkey.EndpointMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The figures of {@link Endpoint#metrics()} as meters.
 *
 * <pre>{@code
 * new EndpointMeters(endpoint).bindTo(registry);
 * }</pre>
 *
 * <p>Each figure of {@link EndpointMetrics#snapshot()} becomes a counter, or a gauge if it may fall
 * ({@link EndpointMetrics#gauges()}). Its name is {@code dialkey.} and the figure's with dots in
 * place of underscores, for example {@code dialkey.socket.bytes.received}, which Prometheus sees as
 * in {@link EndpointMetrics#toOpenMetrics()}. The tag {@code endpoint} holds the short form of the
 * endpoint's id, as logs do.
 *
 * <p>Neither this object nor the registry keeps a forgotten endpoint alive. The meters of a closed
 * endpoint show its last figures until {@link #close()} removes them. Where an endpoint follows
 * another one of the same key, close the meters of the first before those of the second are bound:
 * a registry keeps what it has under a name and its tags.
 *
 * <p>Thread-safe.
 */
public final class EndpointMeters implements MeterBinder, AutoCloseable {
  private static final String PREFIX = "dialkey.";

  private record Bound(MeterRegistry registry, Meter meter) {}

  private final WeakReference<Endpoint> endpoint;
  private final Tags tags;
  private final Queue<Bound> bound = new ConcurrentLinkedQueue<>();

  /**
   * Meters of an endpoint.
   *
   * @param endpoint the endpoint
   */
  public EndpointMeters(Endpoint endpoint) {
    this(endpoint, List.of());
  }

  /**
   * Meters of an endpoint, with further tags.
   *
   * @param endpoint the endpoint
   * @param more tags beside {@code endpoint}; one of that name replaces it
   */
  public EndpointMeters(Endpoint endpoint, Iterable<Tag> more) {
    this.endpoint = new WeakReference<>(endpoint);
    this.tags = Tags.of("endpoint", endpoint.id().shortString()).and(more);
  }

  /**
   * Adds the meters to a registry; adds none once the endpoint is forgotten.
   *
   * @param registry the registry
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    Endpoint target = endpoint.get();
    if (target == null) {
      return;
    }
    var figures = new Figures();
    Set<String> gauges = EndpointMetrics.gauges();
    for (String figure : target.metrics().snapshot().keySet()) {
      Meter meter =
          gauges.contains(figure)
              ? gauge(figure, target, figures).register(registry)
              : counter(figure, target, figures).register(registry);
      bound.add(new Bound(registry, meter));
    }
  }

  /** Removes the meters from all registries they were added to. Closing again does nothing. */
  @Override
  public void close() {
    for (Bound each = bound.poll(); each != null; each = bound.poll()) {
      each.registry.remove(each.meter);
    }
  }

  private FunctionCounter.Builder<Endpoint> counter(
      String figure, Endpoint target, Figures figures) {
    return FunctionCounter.builder(meterName(figure), target, from -> figures.read(figure, from))
        .tags(tags);
  }

  private Gauge.Builder<Endpoint> gauge(String figure, Endpoint target, Figures figures) {
    return Gauge.builder(meterName(figure), target, from -> figures.read(figure, from)).tags(tags);
  }

  private static String meterName(String figure) {
    return PREFIX + figure.replace('_', '.');
  }
}
