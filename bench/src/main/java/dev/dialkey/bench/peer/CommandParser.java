package dev.dialkey.bench.peer;

import dev.dialkey.bench.peer.CommandException.Reason;

/** Reads commands. */
final class CommandParser {

  /** An exabyte, so that sums of a session stay far from overflow. */
  static final long MAX_BYTES = 1L << 60;

  /** A latency is kept for each request: 80 MB of them. */
  static final int MAX_COUNT = 10_000_000;

  /** Half of the streams that a server allows: it raises the limit when half of them are gone. */
  static final int MAX_IN_FLIGHT = 512;

  private final String[] words;

  private CommandParser(String line) {
    words = line.strip().split("\\s+");
  }

  static Command parse(String line) throws CommandException {
    return new CommandParser(line).command();
  }

  private Command command() throws CommandException {
    return switch (words[0]) {
      case "bulk" -> new Command.Bulk(numbers("bulk BYTES").number(1, 1, MAX_BYTES));
      case "lat" -> new Command.Latency(numbers("lat REQUESTS").count(1));
      case "rps" -> new Command.Rate(numbers("rps REQUESTS IN-FLIGHT").count(1), inFlight(2));
      case "hs" -> new Command.Handshakes(numbers("hs COUNT IN-FLIGHT").count(1), inFlight(2));
      case "idle" -> new Command.Idle(numbers("idle CONNECTIONS").count(1));
      case "dgram" ->
          new Command.Datagrams(
              numbers("dgram COUNT PER-SECOND").count(1), (int) number(2, 0, MAX_COUNT));
      case "stats" -> numbers("stats").stats();
      default -> throw new CommandException(new Reason.UnknownCommand(words[0]));
    };
  }

  /** Checks that there are as many words as in the usage. */
  private CommandParser numbers(String usage) throws CommandException {
    if (words.length != usage.split(" ", -1).length) {
      throw new CommandException(new Reason.WrongCount(usage));
    }
    return this;
  }

  private Command stats() {
    return new Command.Stats();
  }

  private int count(int index) throws CommandException {
    return (int) number(index, 1, MAX_COUNT);
  }

  private int inFlight(int index) throws CommandException {
    return (int) number(index, 1, MAX_IN_FLIGHT);
  }

  private long number(int index, long min, long max) throws CommandException {
    String word = words[index];
    try {
      long number = Long.parseLong(word);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Told below, as for numbers out of bounds.
    }
    throw new CommandException(new Reason.BadNumber(word, min, max));
  }
}
