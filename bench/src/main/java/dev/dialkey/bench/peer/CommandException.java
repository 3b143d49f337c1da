package dev.dialkey.bench.peer;

import java.io.Serial;

/** A line that is no command. */
final class CommandException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Reason reason;

  CommandException(Reason reason) {
    super(reason.text());
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  /** Why a line is no command. */
  sealed interface Reason {

    /** What to tell the writer of the line. */
    String text();

    /** The first word is not the name of a command. */
    record UnknownCommand(String name) implements Reason {
      @Override
      public String text() {
        return "unknown command '%s'; use bulk, lat, rps, hs, idle, dgram or stats".formatted(name);
      }
    }

    /** The command wants more or fewer numbers. */
    record WrongCount(String usage) implements Reason {
      @Override
      public String text() {
        return "write '%s'".formatted(usage);
      }
    }

    /** A number is none, or outside of what the command takes. */
    record BadNumber(String word, long min, long max) implements Reason {
      @Override
      public String text() {
        return "'%s' is not a number from %d to %d".formatted(word, min, max);
      }
    }
  }
}
