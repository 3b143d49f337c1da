package dev.dialkey.bench.peer;

import java.util.Locale;

/** One line of answer. */
final class Answer {

  private final StringBuilder line;

  private Answer(String start) {
    line = new StringBuilder(start);
  }

  static Answer ok(long nanos) {
    return new Answer("ok " + decimal(nanos / 1e9, 6));
  }

  /** The text becomes one line, whatever is in it. */
  static Answer error(String text) {
    return new Answer("error " + text.replaceAll("\\s+", " "));
  }

  Answer with(String key, long value) {
    return with(key, Long.toString(value));
  }

  Answer with(String key, double value, int digits) {
    return with(key, decimal(value, digits));
  }

  private Answer with(String key, String value) {
    line.append(' ').append(key).append('=').append(value);
    return this;
  }

  private static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  @Override
  public String toString() {
    return line.toString();
  }
}
