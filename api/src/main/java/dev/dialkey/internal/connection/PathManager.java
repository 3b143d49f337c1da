package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativePath;
import dev.dialkey.bindings.NativeStatus;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import dev.dialkey.internal.loop.UdpTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The paths of one connection: opens and gives them up, and moves the data away from one that does
 * not answer. Public methods take the connection's lock, the others are called under it.
 */
public final class PathManager {
  /** A path closed because the application wants it (draft-ietf-quic-multipath as iroh uses it). */
  private static final long APPLICATION_ABANDON_PATH = 0x3e;

  /** How many addresses of the peer a connection keeps, as iroh does. */
  public static final int MOST_ADDRESSES = NatTraversal.MOST_ADDRESSES;

  private final PeerConnection connection;
  private final NativeConnection engine;
  private final Route route;

  /** Paths that the peer has accepted, path 0 among them. */
  private final TreeSet<Long> ready = new TreeSet<>();

  private final NatTraversal natTraversal;
  private boolean multipath;

  PathManager(PeerConnection connection, NativeConnection engine, Route route) {
    this.connection = connection;
    this.engine = engine;
    this.route = route;
    this.natTraversal = new NatTraversal(connection, this, engine);
  }

  /** Whether both sides speak multipath. */
  public boolean isMultipath() {
    connection.lock().lock();
    try {
      return multipath;
    } finally {
      connection.lock().unlock();
    }
  }

  /**
   * Opens a path to an address of the peer.
   *
   * @throws IOException when the connection is over, or the peer allows no further path now
   * @throws IllegalStateException for a server, or without multipath
   */
  public PathId open(InetSocketAddress remote, PathStatus status) throws IOException {
    connection.lock().lock();
    try {
      connection.checkUsable();
      NativeAddress peer = NativeAddress.of(remote);
      long result =
          engine
              .paths()
              .open(connection.now(), localToward(peer), peer, status == PathStatus.BACKUP);
      connection.flusher().flushNow();
      if (result == NativeStatus.STATE) {
        throw new IllegalStateException("only a client opens paths, and only with multipath");
      }
      if (result < 0) {
        throw new IOException("the peer allows no further path now");
      }
      return new PathId(result);
    } finally {
      connection.lock().unlock();
    }
  }

  /**
   * Gives a path up; what was sent on it and not acknowledged goes over others.
   *
   * @throws IllegalStateException for the last path, or one that is not open
   */
  public void abandon(PathId path) throws IOException {
    change(() -> engine.paths().abandon(connection.now(), path.value(), APPLICATION_ABANDON_PATH));
  }

  /**
   * Sends data on this path from now on.
   *
   * @throws IllegalStateException unless the path is open and validated
   */
  public void select(PathId path) throws IOException {
    change(() -> activate(path.value()));
  }

  /**
   * Tells the peer what the path should be used for.
   *
   * @throws IllegalStateException if the path is not open
   */
  public void setStatus(PathId path, PathStatus status) throws IOException {
    change(() -> engine.paths().setStatus(path.value(), status == PathStatus.AVAILABLE));
  }

  private interface Change {
    int apply();
  }

  private void change(Change change) throws IOException {
    connection.lock().lock();
    try {
      connection.checkUsable();
      int status = change.apply();
      if (status == NativeStatus.STATE) {
        throw new IllegalStateException("not possible for this path now");
      }
      if (status < 0) {
        connection.throwFor(status);
      }
      connection.view().pathsChanged();
      connection.flusher().flushNow();
    } finally {
      connection.lock().unlock();
    }
  }

  // ---- under the lock ----

  NatTraversal natTraversal() {
    return natTraversal;
  }

  /** Our address for a path to the peer's: a wildcard one where the system chooses. */
  NativeAddress localToward(NativeAddress peer) {
    UdpTransport transport =
        connection.host().transports().toward(peer, connection.home().transport());
    return transport == null ? NativeAddress.NONE : transport.boundAddress();
  }

  void onMultipath() {
    multipath = true;
    ready.add(PathId.ZERO.value());
  }

  void onReady(long path) {
    ready.add(path);
    connection.view().pathsChanged();
  }

  void onEnded(long path) {
    ready.remove(path);
    connection.view().pathsChanged();
  }

  /** The engine moved the data because the path that carried it is gone. */
  void onActive(long path) {
    leadTo(path);
    connection.view().pathsChanged();
  }

  void onRebound(long path) {
    if (active().filter(found -> found.id() == path).isPresent()) {
      leadTo(path);
    }
    connection.view().pathsChanged();
  }

  /** Nobody acknowledges what is sent on a path: the data goes another way if there is one. */
  void onSuspected(long path) {
    if (active().filter(found -> found.id() == path).isEmpty()) {
      return;
    }
    Comparator<NativePath> better =
        Comparator.comparing(NativePath::backup).thenComparingLong(NativePath::rttNanos);
    engine.paths().list().stream()
        .filter(other -> ready.contains(other.id()) && !other.suspected())
        .filter(other -> other.state() == NativePath.State.VALIDATED)
        .min(better)
        .ifPresent(other -> activate(other.id()));
    connection.view().pathsChanged();
  }

  /** A probe reached the peer: what was an address becomes a path, if there is none yet. */
  void onProbeReply(NativeAddress peer, NativeAddress local) {
    boolean known =
        engine.paths().list().stream().anyMatch(path -> path.peer().equals(peer) && isOpen(path));
    if (connection.isClient() && !known) {
      engine.paths().open(connection.now(), local, peer, true);
      connection.flusher().markDirty();
    }
  }

  private static boolean isOpen(NativePath path) {
    return path.state() == NativePath.State.VALIDATED
        || path.state() == NativePath.State.VALIDATING;
  }

  private int activate(long path) {
    int status = engine.paths().activate(connection.now(), path);
    if (status >= 0) {
      leadTo(path);
    }
    return status;
  }

  private Optional<NativePath> active() {
    return engine.paths().list().stream().filter(NativePath::active).findFirst();
  }

  private void leadTo(long path) {
    engine.paths().list().stream()
        .filter(found -> found.id() == path)
        .findFirst()
        .ifPresent(found -> route.use(found.peer(), found.local()));
  }
}
