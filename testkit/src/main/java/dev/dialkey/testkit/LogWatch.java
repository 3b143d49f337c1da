package dev.dialkey.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what the library logs at WARNING and above while a test runs. */
final class LogWatch extends Handler {
  /** Depends on the machine's kernel settings, and no test can help it. */
  private static final String SMALL_BUFFERS = "UDP receive buffer";

  private final Logger logger = Logger.getLogger("dev.dialkey");
  private final List<String> strays = new CopyOnWriteArrayList<>();

  private LogWatch() {}

  static LogWatch start() {
    var watch = new LogWatch();
    watch.logger.addHandler(watch);
    return watch;
  }

  List<String> stop() {
    logger.removeHandler(this);
    return List.copyOf(strays);
  }

  @Override
  public void publish(LogRecord entry) {
    String message = String.valueOf(entry.getMessage());
    if (entry.getLevel().intValue() >= Level.WARNING.intValue()
        && !message.contains(SMALL_BUFFERS)) {
      strays.add(entry.getLevel() + " " + message);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
