package dev.dialkey.cli.perfpeer;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What an order came to.
 *
 * @param nanos how long it took
 * @param figures what else is known, in the order in which it is told
 */
record Outcome(long nanos, Map<String, Number> figures) {

  static Outcome of(long nanos) {
    return new Outcome(nanos, Map.of());
  }

  Outcome with(String name, Number value) {
    Map<String, Number> more = new LinkedHashMap<>(figures);
    more.put(name, value);
    return new Outcome(nanos, more);
  }

  /** As the peer's reader wants it. */
  String line() {
    var line = new StringBuilder(String.format(Locale.ROOT, "ok %.9f", nanos / 1e9));
    figures.forEach((name, value) -> line.append(' ').append(name).append('=').append(text(value)));
    return line.toString();
  }

  private static String text(Number value) {
    return value instanceof Double
        ? String.format(Locale.ROOT, "%.1f", value.doubleValue())
        : value.toString();
  }
}
