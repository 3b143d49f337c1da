package dev.dialkey.cli.testpeer;

import dev.dialkey.cli.shell.Json;
import dev.dialkey.cli.shell.Shell;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** Prints events, one JSON object a line. Thread-safe. */
final class EventLog {
  private final Shell shell;
  private final long startNanos = System.nanoTime();
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean failed = new AtomicBoolean();

  EventLog(Shell shell) {
    this.shell = shell;
  }

  /** Prints an event with its fields. */
  void emit(String event, Map<String, ?> fields) {
    Map<String, Object> object = new LinkedHashMap<>();
    lock.lock();
    try {
      object.put("t", System.currentTimeMillis());
      object.put("ev", event);
      object.putAll(fields);
      shell.print(Json.line(object));
    } finally {
      lock.unlock();
    }
  }

  /** Prints what makes this peer fail. */
  void error(String what) {
    failed.set(true);
    emit("error", Map.of("what", what));
  }

  boolean hasFailed() {
    return failed.get();
  }

  /** Since the peer was started. */
  double sinceStartMillis() {
    return millisSince(startNanos);
  }

  static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }
}
