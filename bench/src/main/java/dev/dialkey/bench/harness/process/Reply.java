package dev.dialkey.bench.harness.process;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a peer answers to a command. */
public sealed interface Reply {

  /**
   * It did it.
   *
   * @param seconds how long it took
   * @param figures what else it knows, by name
   */
  record Ok(double seconds, Map<String, Double> figures) implements Reply {
    public Ok {
      figures = Map.copyOf(figures);
    }

    /** One figure, if the peer knows it. */
    public OptionalDouble figure(String name) {
      Double value = figures.get(name);
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }

  /**
   * It could not, but goes on.
   *
   * @param text why
   */
  record Refused(String text) implements Reply {}

  /** Reads a line; empty if it is no answer of the contract. */
  static Optional<Reply> parse(String line) {
    String[] words = line.strip().split("\\s+", -1);
    if (words[0].equals("error")) {
      return Optional.of(new Refused(line.strip().substring("error".length()).strip()));
    }
    if (!words[0].equals("ok") || words.length < 2) {
      return Optional.empty();
    }
    OptionalDouble seconds = number(words[1]);
    if (seconds.isEmpty() || seconds.getAsDouble() < 0) {
      return Optional.empty();
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    for (int word = 2; word < words.length; word++) {
      int sign = words[word].indexOf('=');
      if (sign <= 0) {
        return Optional.empty();
      }
      String name = words[word].substring(0, sign);
      // What is no number is a remark for people, and nothing to reckon with.
      number(words[word].substring(sign + 1)).ifPresent(value -> figures.put(name, value));
    }
    return Optional.of(new Ok(seconds.getAsDouble(), figures));
  }

  private static OptionalDouble number(String text) {
    try {
      double value = Double.parseDouble(text);
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
