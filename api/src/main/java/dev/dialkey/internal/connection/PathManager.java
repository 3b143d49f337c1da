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
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The paths of one connection: opens and gives them up, and moves the data away from one that does
 * not answer. Public methods take the connection's lock, the others are called under it.
 */
public final class PathManager {
  /** A path closed because the application wants it (draft-ietf-quic-multipath as iroh uses it). */
  private static final long APPLICATION_ABANDON_PATH = 0x3e;

  /** A path closed because it does not work. */
  private static final long PATH_UNSTABLE_OR_POOR = 0x3e76;

  /** How many addresses of the peer a connection keeps, as iroh does. */
  public static final int MOST_ADDRESSES = NatTraversal.MOST_ADDRESSES;

  private final PeerConnection connection;
  private final NativeConnection engine;
  private final Route route;

  /** Paths that the peer has accepted, path 0 among them. */
  private final TreeSet<Long> ready = new TreeSet<>();

  private final WaitQueue openers = new WaitQueue();
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
   * Opens a path to an address of the peer; waits while the peer allows no further one.
   *
   * @throws IOException when the connection is over
   * @throws IllegalStateException for a server, or without multipath
   */
  public PathId open(InetSocketAddress remote, PathStatus status, Duration timeout)
      throws IOException {
    return open(remote, status, Deadline.after(connection.host().machine(), timeout));
  }

  /** The same for as long as the connection lives. */
  public PathId open(InetSocketAddress remote, PathStatus status) throws IOException {
    return open(remote, status, Deadline.NEVER);
  }

  private PathId open(InetSocketAddress remote, PathStatus status, long deadlineNanos)
      throws IOException {
    NativeAddress peer = NativeAddress.of(remote);
    boolean backup = status == PathStatus.BACKUP;
    return Waiting.until(
        connection.host().machine(),
        connection.lock(),
        openers,
        "open a path",
        deadlineNanos,
        () -> tryOpen(peer, backup));
  }

  private @Nullable PathId tryOpen(NativeAddress peer, boolean backup) throws IOException {
    connection.checkUsable();
    long result = engine.paths().open(connection.now(), localToward(peer), peer, backup);
    connection.flusher().flushNow();
    if (result == NativeStatus.LIMIT || result == NativeStatus.NO_CID) {
      return null;
    }
    if (result == NativeStatus.STATE) {
      throw new IllegalStateException("only a client opens paths, and only with multipath");
    }
    if (result < 0) {
      connection.throwFor(result);
    }
    return new PathId(result);
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

  /**
   * Looks whether the peer can be reached at an address that is no path yet. When it answers, a
   * client opens a path there.
   *
   * @throws IOException when the connection is over
   * @throws IllegalStateException without NAT traversal
   */
  public void probe(InetSocketAddress remote) throws IOException {
    change(() -> natTraversal.probe(remote));
  }

  /** Where the peer said that it may be reached. */
  public List<InetSocketAddress> remoteAddresses() {
    connection.lock().lock();
    try {
      return natTraversal.remoteAddresses();
    } finally {
      connection.lock().unlock();
    }
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
      if (status < 0 && status != NativeStatus.DONE) {
        connection.throwFor(status);
      }
      connection.view().pathsChanged();
      connection.flusher().flushNow();
    } finally {
      connection.lock().unlock();
    }
  }

  // ---- under the lock ----

  void onAllowed() {
    openers.wakeAll();
  }

  void onConnectionClosed() {
    openers.wakeAll();
  }

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
    natTraversal.onNegotiated();
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
    engine.paths().list().stream()
        .filter(found -> found.id() == path && found.active())
        .forEach(this::lead);
    connection.view().pathsChanged();
  }

  /** Nobody acknowledges what is sent on a path: the data goes another way if there is one. */
  void onSuspected(long path) {
    List<NativePath> paths = engine.paths().list();
    if (paths.stream().noneMatch(found -> found.id() == path && found.active())) {
      return;
    }
    Comparator<NativePath> better =
        Comparator.comparing(NativePath::backup).thenComparingLong(NativePath::rttNanos);
    paths.stream()
        .filter(other -> ready.contains(other.id()) && !other.suspected())
        .filter(other -> other.state() == NativePath.State.VALIDATED)
        .min(better)
        .ifPresent(other -> activate(other.id()));
    connection.view().pathsChanged();
  }

  /**
   * A path is given up: the peer learns of it over another one, and sends again there what it has
   * lost, long before it would have found out for itself.
   */
  void onDead(long path) {
    engine.paths().abandon(connection.now(), path, PATH_UNSTABLE_OR_POOR);
    connection.flusher().markDirty();
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

  private void leadTo(long path) {
    engine.paths().list().stream().filter(found -> found.id() == path).forEach(this::lead);
  }

  private void lead(NativePath path) {
    route.use(path.peer(), path.local());
  }
}
