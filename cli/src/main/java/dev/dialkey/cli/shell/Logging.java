package dev.dialkey.cli.shell;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/** Sends the library's log to standard error, one line per record. */
public final class Logging {

  /** How much is shown. */
  public enum Amount {
    /** What needs somebody's attention. */
    WARNINGS("INFO"),
    /** What the library does and what peers do. */
    DEBUG("FINE");

    private final String libraryLevel;

    Amount(String libraryLevel) {
      this.libraryLevel = libraryLevel;
    }
  }

  private Logging() {}

  /** Replaces the JVM's log configuration. */
  public static void configure(Amount amount) {
    // The manager keeps a configuration; levels set on loggers would go when these are collected.
    String handlerLevel = amount == Amount.DEBUG ? "FINE" : "WARNING";
    String configuration =
        """
        handlers=java.util.logging.ConsoleHandler
        .level=WARNING
        dev.dialkey.level=%s
        java.util.logging.ConsoleHandler.level=%s
        java.util.logging.SimpleFormatter.format=%%4$s: %%5$s%%6$s%%n
        """
            .formatted(amount.libraryLevel, handlerLevel);
    try {
      LogManager.getLogManager()
          .readConfiguration(
              new ByteArrayInputStream(configuration.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      throw new AssertionError("an array can be read", e);
    }
  }
}
