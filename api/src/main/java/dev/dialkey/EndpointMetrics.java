package dev.dialkey;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an endpoint has counted since it was bound.
 *
 * @param socket what went through its sockets
 * @param loops what its event loops did with it
 * @param connections what became of its connections
 */
public record EndpointMetrics(
    SocketMetrics socket, LoopMetrics loops, ConnectionMetrics connections) {

  /**
   * All figures by name, as in {@link #toOpenMetrics()} but for prefix and suffix.
   *
   * @return the figures, in a fixed order; unmodifiable
   */
  public Map<String, Long> snapshot() {
    Map<String, Long> figures = new LinkedHashMap<>();
    for (Metric metric : Metric.ALL) {
      figures.put(metric.name(), metric.value().applyAsLong(this));
    }
    return java.util.Collections.unmodifiableMap(figures);
  }

  /**
   * The names of the figures that may fall; all others only rise.
   *
   * @return the names
   */
  public static java.util.Set<String> gauges() {
    return Metric.GAUGES;
  }

  /**
   * All figures as OpenMetrics text, for a scrape by Prometheus.
   *
   * @return the text, with its end mark
   */
  public String toOpenMetrics() {
    var text = new StringBuilder();
    for (Metric metric : Metric.ALL) {
      String name = "dialkey_" + metric.name();
      text.append("# TYPE ").append(name).append(metric.gauge() ? " gauge\n" : " counter\n");
      text.append("# HELP ").append(name).append(' ').append(metric.help()).append(".\n");
      text.append(name).append(metric.gauge() ? " " : "_total ");
      text.append(metric.value().applyAsLong(this)).append('\n');
    }
    return text.append("# EOF\n").toString();
  }
}
