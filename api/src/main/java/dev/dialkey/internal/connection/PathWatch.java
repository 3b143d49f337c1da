package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.ConnectionType;
import dev.dialkey.Events;
import dev.dialkey.PathEvent;
import dev.dialkey.PathInfo;
import dev.dialkey.Watch;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.internal.event.EventQueue;
import dev.dialkey.internal.event.Watched;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who watch a connection's paths of changes. Made when somebody watches for the first
 * time. Changes come under the connection's lock; what the API calls may come from any thread.
 */
public final class PathWatch {
  /** What makes a change: not the figures, which change with every packet. */
  private record Shape(InetSocketAddress remote, InetSocketAddress local, boolean selected) {
    static Shape of(PathInfo path) {
      return new Shape(path.remote(), path.local(), path.selected());
    }
  }

  private final PeerConnection connection;
  private final Watched<List<PathInfo>> paths;
  private final Watched<ConnectionType> type;
  private final List<EventQueue<PathEvent>> readers = new CopyOnWriteArrayList<>();

  // Guarded by the connection's lock.
  private Map<PathId, PathInfo> known = Map.of();
  private @Nullable CloseReason end;

  PathWatch(PeerConnection connection) {
    this.connection = connection;
    var executor = connection.host().executor();
    var machine = connection.host().machine();
    this.paths = new Watched<>(connection.view()::paths, executor, machine);
    this.type = new Watched<>(() -> typeOf(connection.view().paths()), executor, machine);
  }

  public Watch<List<PathInfo>> paths() {
    return paths;
  }

  public Watch<ConnectionType> type() {
    return type;
  }

  /** A queue of its own for one reader, which begins with the paths that are open. */
  public Events<PathEvent> events() {
    connection.lock().lock();
    try {
      var reader =
          new EventQueue<PathEvent>(
              PathEvent.Lagged::new,
              connection.host().executor(),
              connection.host().machine(),
              readers::remove);
      for (PathInfo path : known.values()) {
        reader.add(new PathEvent.Opened(path));
        if (path.selected()) {
          reader.add(new PathEvent.Selected(path));
        }
      }
      if (end == null) {
        readers.add(reader);
      } else {
        reader.end();
      }
      return reader;
    } finally {
      connection.lock().unlock();
    }
  }

  /** The paths may have changed. Under the lock. */
  void update(List<PathInfo> now) {
    Map<PathId, PathInfo> before = known;
    known = now.stream().collect(Collectors.toMap(PathInfo::id, Function.identity()));
    boolean changed = before.size() != known.size();
    for (PathInfo path : now) {
      PathInfo old = before.get(path.id());
      if (old == null) {
        tell(new PathEvent.Opened(path));
      }
      boolean reshaped = old == null || !Shape.of(old).equals(Shape.of(path));
      changed |= reshaped;
      if (reshaped && path.selected()) {
        tell(new PathEvent.Selected(path));
      }
    }
    for (PathInfo old : before.values()) {
      if (!known.containsKey(old.id())) {
        tell(new PathEvent.Closed(old.id(), old.stats()));
      }
    }
    if (changed) {
      paths.changed();
      type.changed();
    }
  }

  /** The connection is over. Under the lock. */
  void end(CloseReason reason, List<PathInfo> last) {
    end = reason;
    last.forEach(path -> tell(new PathEvent.Closed(path.id(), path.stats())));
    known = Map.of();
    readers.forEach(EventQueue::end);
    readers.clear();
    paths.end(() -> new ConnectionClosedException(reason));
    type.end(() -> new ConnectionClosedException(reason));
  }

  private void tell(PathEvent event) {
    readers.forEach(reader -> reader.add(event));
  }

  private static ConnectionType typeOf(List<PathInfo> paths) {
    return paths.isEmpty() ? ConnectionType.NONE : ConnectionType.DIRECT;
  }
}
