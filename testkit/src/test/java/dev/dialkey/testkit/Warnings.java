package dev.dialkey.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes warnings that a test provokes, which {@link LeakCheck} would hold against it. */
final class Warnings implements AutoCloseable {
  private final Logger logger; // Referred to here, or it could be collected with its filter.
  private final @Nullable Filter before;
  private final List<String> taken = new CopyOnWriteArrayList<>();

  private Warnings(Logger logger) {
    this.logger = logger;
    this.before = logger.getFilter();
  }

  /** Takes those of one logger until closed. */
  static Warnings of(String name) {
    var warnings = new Warnings(Logger.getLogger(name));
    warnings.logger.setFilter(entry -> {
      boolean severe = entry.getLevel().intValue() >= Level.WARNING.intValue();
      if (severe) {
        warnings.taken.add(String.valueOf(entry.getMessage()));
      }
      return !severe;
    });
    return warnings;
  }

  /** The messages so far. */
  List<String> taken() {
    return taken;
  }

  @Override
  public void close() {
    logger.setFilter(before);
  }
}
