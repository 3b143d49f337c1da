package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.ConnectionStats;
import dev.dialkey.PathInfo;
import dev.dialkey.bindings.NativeConnection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the application sees of a connection beside its streams and datagrams. Public methods take
 * the connection's lock, the others are called under it.
 */
public final class ConnectionView {
  /** RFC 8446 section 7.1: 255 hashes of 32 bytes; labels are a byte long with their prefix. */
  private static final int MAX_EXPORT_BYTES = 255 * 32;

  private static final int MAX_LABEL_BYTES = 255 - "tls13 ".length();

  private final PeerConnection connection;
  private final ReentrantLock lock;
  private final NativeConnection engine;
  private final Route route;

  private final PathManager pathManager;

  private @Nullable ConnectionStats lastStats;
  private @Nullable PathWatch pathWatch;

  ConnectionView(PeerConnection connection, NativeConnection engine, Route route) {
    this.connection = connection;
    this.lock = connection.lock();
    this.engine = engine;
    this.route = route;
    this.pathManager = new PathManager(connection, engine, route);
  }

  /** What opens, closes and chooses paths. */
  public PathManager pathManager() {
    return pathManager;
  }

  /** Totals so far; keeps answering after the end. */
  public ConnectionStats stats() {
    lock.lock();
    try {
      ConnectionStats last = lastStats;
      return last != null ? last : Snapshots.stats(engine.stats());
    } finally {
      lock.unlock();
    }
  }

  /** The open paths; none once the connection is over. */
  public List<PathInfo> paths() {
    lock.lock();
    try {
      return connection.isUsable() ? snapshot() : List.of();
    } finally {
      lock.unlock();
    }
  }

  /** What tells of changes of the paths. */
  public PathWatch pathWatch() {
    lock.lock();
    try {
      PathWatch watch = pathWatch;
      if (watch == null) {
        watch = new PathWatch(connection);
        pathWatch = watch;
        watch.update(paths());
        CloseReason reason = connection.lifecycle().closeReason();
        if (reason != null) {
          watch.end(reason, List.of());
        }
      }
      return watch;
    } finally {
      lock.unlock();
    }
  }

  /** Keying material that both sides derive alike. */
  public byte[] exportKeying(int length, byte[] label, byte[] context)
      throws ConnectionClosedException {
    if (length < 1 || length > MAX_EXPORT_BYTES) {
      throw new IllegalArgumentException("1 to 8160 bytes can be derived, not " + length);
    }
    if (label.length < 1 || label.length > MAX_LABEL_BYTES) {
      throw new IllegalArgumentException("a label has 1 to 249 bytes, not " + label.length);
    }
    lock.lock();
    try {
      connection.checkUsable();
      return engine.exportKeying(label, context, length);
    } finally {
      lock.unlock();
    }
  }

  // ---- under the lock ----

  void pathsChanged() {
    if (pathWatch != null) {
      pathWatch.update(paths());
    }
  }

  void closed(CloseReason reason) {
    pathManager.onConnectionClosed();
    if (pathWatch != null) {
      pathWatch.end(reason, connection.hasEngine() ? snapshot() : List.of());
    }
  }

  /** The engine is about to be freed. */
  void keepLastStats() {
    lastStats = Snapshots.stats(engine.stats());
  }

  private List<PathInfo> snapshot() {
    return Snapshots.paths(engine, route);
  }
}
