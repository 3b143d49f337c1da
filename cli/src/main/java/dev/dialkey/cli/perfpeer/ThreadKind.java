package dev.dialkey.cli.perfpeer;

import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What everything that waits for the other side runs on. */
enum ThreadKind {
  VIRTUAL,
  PLATFORM;

  private static final String NAME = "dialkey-perf-";

  /** Runs any number of tasks at once; the caller closes it. */
  ExecutorService start() {
    return switch (this) {
      case VIRTUAL ->
          Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(NAME, 0).factory());
      // Kept for the next task, as whoever has platform threads does.
      case PLATFORM ->
          Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name(NAME, 0).factory());
    };
  }

  /** As the user types it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
