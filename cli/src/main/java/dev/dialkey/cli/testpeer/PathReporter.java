package dev.dialkey.cli.testpeer;

import dev.dialkey.Connection;
import dev.dialkey.Events;
import dev.dialkey.PathEvent;
import dev.dialkey.PathInfo;
import dev.dialkey.addressing.SocketAddrs;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Tells what happens to the paths of a connection. Runs on one thread of its own. */
final class PathReporter implements Runnable {
  private final EventLog log;
  private final Connection connection;
  private final long startNanos;
  private final Map<Object, PathInfo> open = new LinkedHashMap<>();
  private boolean direct;

  PathReporter(EventLog log, Connection connection, long startNanos) {
    this.log = log;
    this.connection = connection;
    this.startNanos = startNanos;
  }

  @Override
  public void run() {
    try (Events<PathEvent> events = connection.pathEvents()) {
      Optional<PathEvent> event = events.take();
      while (event.isPresent()) {
        report(event.get());
        event = events.take();
      }
    } catch (IOException e) {
      return; // Interrupted: the connection is over.
    }
  }

  private void report(PathEvent event) {
    switch (event) {
      case PathEvent.Opened opened -> {
        open.put(opened.path().id(), opened.path());
        report("opened", opened.path());
      }
      case PathEvent.Selected selected -> {
        report("selected", selected.path());
        reportFirstDirect(selected.path());
      }
      case PathEvent.Closed closed -> {
        PathInfo path = open.remove(closed.id());
        if (path != null) {
          report("closed", path);
        }
      }
      case PathEvent.Lagged lagged -> log.emit("lagged", Map.of("missed", lagged.missed()));
    }
  }

  private void report(String what, PathInfo path) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("what", what);
    fields.put("id", path.id().value());
    fields.put("kind", "direct");
    fields.put("remote", SocketAddrs.format(path.remote()));
    fields.put("local", SocketAddrs.format(path.local()));
    fields.put("rtt_ms", path.rtt().toNanos() / 1e6);
    log.emit("path", fields);
  }

  private void reportFirstDirect(PathInfo path) {
    if (!direct) {
      direct = true;
      double millis = EventLog.millisSince(startNanos);
      String remote = SocketAddrs.format(path.remote());
      log.emit("first_direct", Map.of("ms", millis, "remote", remote));
    }
  }
}
