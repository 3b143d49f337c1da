package dev.dialkey.cli.perfpeer;

import java.util.Map;
import java.util.TreeMap;

/** One line of standard input: what to do, and how much of it. */
sealed interface Order {
  /** A petabyte: who asks for more has mistyped. */
  long MAX_BYTES = 1L << 50;

  /** A time is kept for each request of {@link Latency}. */
  int MAX_COUNT = 20_000_000;

  /** Streams that a peer allows at once. */
  int MAX_CONCURRENT = 1_024;

  /** Connections that a server of ours takes on. */
  int MAX_IDLE = 10_000;

  /** Sends bytes on one stream. */
  record Bulk(long bytes) implements Order {}

  /** Sends one request after the other. */
  record Latency(int requests) implements Order {}

  /** Sends requests, some at once. */
  record Rate(int requests, int concurrent) implements Order {}

  /** Makes connections, some at once, and closes them. */
  record Handshakes(int connections, int concurrent) implements Order {}

  /** Makes connections and keeps them. */
  record Idle(int connections) implements Order {}

  /** Sends datagrams; at rate 0 as many as go. */
  record Datagrams(int count, int perSecond) implements Order {}

  /** Tells what the process has used. */
  record Statistics() implements Order {}

  /** The lines there are, by their first words. */
  Map<String, String> FORMS =
      new TreeMap<>(
          Map.of(
              "bulk", "bulk N",
              "lat", "lat N",
              "rps", "rps N C",
              "hs", "hs N C",
              "idle", "idle N",
              "dgram", "dgram N R",
              "stats", "stats"));

  /** Reads a line. */
  static Order parse(String line) throws BadOrderException {
    String[] words = line.strip().split("\\s+", -1);
    String form = FORMS.get(words[0]);
    if (form == null) {
      String known = String.join(", ", FORMS.values());
      throw new BadOrderException("this line is not known; there are: " + known);
    }
    if (words.length != form.split(" ", -1).length) {
      throw new BadOrderException("this line has the form: " + form);
    }
    return switch (words[0]) {
      case "bulk" -> new Bulk(number(words[1], 1, MAX_BYTES));
      case "lat" -> new Latency(count(words[1]));
      case "rps" -> new Rate(count(words[1]), concurrent(words[2]));
      case "hs" -> new Handshakes(count(words[1]), concurrent(words[2]));
      case "idle" -> new Idle((int) number(words[1], 1, MAX_IDLE));
      case "dgram" -> new Datagrams(count(words[1]), (int) number(words[2], 0, MAX_COUNT));
      default -> new Statistics();
    };
  }

  private static int count(String word) throws BadOrderException {
    return (int) number(word, 1, MAX_COUNT);
  }

  private static int concurrent(String word) throws BadOrderException {
    return (int) number(word, 1, MAX_CONCURRENT);
  }

  private static long number(String word, long min, long max) throws BadOrderException {
    try {
      long value = Long.parseLong(word);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Answered as a number out of range is.
    }
    throw new BadOrderException("a number from " + min + " to " + max + " is wanted here");
  }
}
