package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeState;
import dev.dialkey.bindings.NativeStatus;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.internal.loop.Driven;
import dev.dialkey.internal.loop.EndpointLoop;
import dev.dialkey.internal.loop.Scratch;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One QUIC connection. Its lock guards the native connection and all Java state beside it; whoever
 * has work takes it: a loop for datagrams and timers, a user's thread to read and write. The home
 * loop alone frees the native connection.
 */
public final class PeerConnection extends Driven {
  private static final Logger LOG = System.getLogger("dev.dialkey.connection");

  private final ReentrantLock lock = new ReentrantLock();
  private final ConnectionHost host;
  private final EndpointLoop home;
  private final NativeConnection engine;
  private final Route route;
  private final boolean client;
  private final ConnectionStreams streams;
  private final PeerDatagrams datagrams;
  private final ConnectionIds ids;
  private final Flusher flusher;
  private final Lifecycle lifecycle;
  private final EarlyFeed early;
  private final ConnectionView view;
  private final long connectionId;

  // Guarded by lock.
  private boolean freed;

  /** Whether a loop has promised to call {@link #release}. */
  private boolean isHeld;

  /** Whether data that came before the end may still be read, so that the native side must stay. */
  private boolean lingers;

  private PeerConnection(
      ConnectionHost host,
      EndpointLoop home,
      NativeConnection engine,
      Route route,
      List<EarlyDatagram> early) {
    this.host = host;
    this.home = home;
    this.engine = engine;
    this.route = route;
    this.client = route instanceof DialRoute;
    this.view = new ConnectionView(this, engine, route);
    this.connectionId = host.nextConnectionId();
    this.lifecycle = new Lifecycle(this, lock, engine);
    this.streams = new ConnectionStreams(this, client);
    this.datagrams = new PeerDatagrams(this);
    this.ids = new ConnectionIds(host.connections(), this);
    this.flusher = new Flusher(this, engine, route, host.transmitPool());
    this.early = new EarlyFeed(engine, route, flusher, lifecycle, early);
  }

  /** A connection we dial; the engine knows its peer by a virtual address. */
  public static PeerConnection dialled(
      ConnectionHost host,
      EndpointLoop home,
      NativeConnection engine,
      List<NativeAddress> candidates,
      NativeAddress virtualPeer,
      NativeAddress virtualLocal) {
    var route = new DialRoute(candidates, virtualPeer, virtualLocal, home.transport(), host);
    return new PeerConnection(host, home, engine, route, List.of());
  }

  /** A connection we accept, with what has arrived of it. */
  public static PeerConnection accepted(
      ConnectionHost host, EndpointLoop home, NativeConnection engine, List<EarlyDatagram> early) {
    var route = new AcceptedRoute(early.getFirst(), home.transport(), host);
    return new PeerConnection(host, home, engine, route, early);
  }

  /** Sends the first flight, or answers it; by the thread that made the connection. */
  public void start() {
    Scratch scratch = host.scratchPool().take();
    if (scratch == null) {
      home.post(this);
      return;
    }
    lock.lock();
    try {
      if (!freed) {
        long nowNanos = now();
        early.feed(scratch.batch(), nowNanos);
        handleEvents(scratch); // Its ids come first: an answer must find it.
        flusher.flushNow();
        handleEvents(scratch);
        streams.releaseReaders();
      }
    } finally {
      lock.unlock();
      host.scratchPool().giveBack(scratch);
    }
  }

  @Override
  public EndpointLoop home() {
    return home;
  }

  @Override
  public void receive(EndpointLoop loop, PacketBatch batch, int first, int count, long nowNanos) {
    lock.lock();
    try {
      int end = first + count;
      int next = first;
      while (next < end && !freed) {
        int run = route.admit(batch, next, end);
        if (run == 0) {
          host.counters().foreignSource.increment();
          next++;
          continue;
        }
        int taken = engine.receive(nowNanos, batch, next, run);
        handleEvents(loop.scratch());
        if (taken < 0) {
          failed(taken);
        }
        next += run;
      }
      streams.onReceived();
      flusher.noteReceived();
      holdReaders(loop);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long service(EndpointLoop loop, long nowNanos) {
    lock.lock();
    try {
      if (freed) {
        return GONE;
      }
      early.feed(loop.scratch().batch(), nowNanos);
      boolean due = flusher.isTimeoutDue(nowNanos);
      if (due) {
        engine.onTimeout(nowNanos);
      }
      handleEvents(loop.scratch());
      if (flusher.isDirty() || due) {
        flusher.flush(nowNanos);
        handleEvents(loop.scratch());
      }
      holdReaders(loop);
      return lifecycle.isEnded() ? reap() : flusher.refreshDeadline(nowNanos);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endForeignTurn(long nowNanos) {
    lock.lock();
    try {
      if (!freed) {
        flusher.flush(nowNanos);
        deadlineMoved(flusher.refreshDeadline(nowNanos), nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The loop wakes readers once nothing more waits in its socket: each wake-up is dear. */
  private void holdReaders(EndpointLoop loop) {
    if (streams.holdsReaders() && !isHeld) {
      isHeld = true;
      loop.hold(this);
    }
  }

  @Override
  public void release() {
    lock.lock();
    try {
      isHeld = false;
      streams.releaseReaders();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void giveUp() {
    abandon(CloseReasons.internalError());
  }

  /** Frees the native connection without waiting for its end; for a loop that stops. */
  public void abandon(CloseReason reason) {
    lock.lock();
    try {
      if (!freed) {
        lifecycle.end(reason);
        free();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the home loop feed a datagram that may be a stateless reset of the peer. */
  public void offer(EarlyDatagram datagram) {
    lock.lock();
    try {
      if (!freed && early.offer(datagram)) {
        home.post(this);
      }
    } finally {
      lock.unlock();
    }
  }

  private long reap() {
    ids.removeAll();
    if (lingers && streams.mayHoldData()) {
      return NO_DEADLINE; // The last reader posts this again.
    }
    free();
    return GONE;
  }

  private void free() {
    ids.removeAll();
    view.keepLastStats();
    freed = true;
    engine.close();
    host.gone(this);
  }

  /** Handles what the engine reports. Under the lock. */
  void handleEvents(Scratch scratch) {
    EventHandler.handleAll(engine, scratch.events(), this);
  }

  void onState(int newFlags) {
    boolean wasOpen = lifecycle.isOpen();
    int gained = lifecycle.onState(newFlags);
    if ((gained & NativeState.CONFIRMED) != 0) {
      route.confirmed();
    }
    if ((gained & NativeState.ESTABLISHED) != 0) {
      view.pathsChanged();
      flusher.established();
    }
    // What arrived before somebody else ended it may still be read.
    lingers |= wasOpen && !lifecycle.isOpen();
  }

  Route route() {
    return route;
  }

  ConnectionIds ids() {
    return ids;
  }

  void onEnd(CloseReason reason) {
    LOG.log(Level.DEBUG, () -> describe() + " closed " + reason.describe());
    streams.onConnectionClosed(reason);
    datagrams.onConnectionClosed();
    view.closed(reason);
    host.closed(this, reason);
  }

  /** A native call failed for a reason that no peer and no caller can cause. */
  void failed(long status) {
    NativeState state = engine.state();
    LOG.log(Level.ERROR, () -> describe() + " native failure " + status + ", " + state);
    onState(state.flags());
    if (lifecycle.isEnded()) {
      lingers = false;
      home.post(this);
    }
  }

  // ---- for the streams, under the lock ----

  ReentrantLock lock() {
    return lock;
  }

  NativeConnection nativeConnection() {
    return engine;
  }

  Flusher flusher() {
    return flusher;
  }

  public ConnectionStreams streams() {
    return streams;
  }

  public PeerDatagrams datagrams() {
    return datagrams;
  }

  long now() {
    return host.machine().nanoTime();
  }

  /** Whether the engine may still be asked; also while received data is read out. */
  boolean hasEngine() {
    return !freed;
  }

  boolean isUsable() {
    return lifecycle.isOpen() && !freed;
  }

  void checkUsable() throws ConnectionClosedException {
    lifecycle.checkOpen();
  }

  /** The last unread data of an ended connection is gone: it can be freed. */
  void readOut() {
    if (!lifecycle.isOpen() && lingers && !freed) {
      home.post(this);
    }
  }

  void throwFor(long status) throws IOException {
    checkUsable();
    if (status == NativeStatus.CLOSED || status == NativeStatus.PANIC) {
      failed(status);
      checkUsable();
    }
    throw new AssertionError(describe() + " unexpected native status " + status);
  }

  // ---- for the API ----

  /** The peer, and how it ended. */
  public Lifecycle lifecycle() {
    return lifecycle;
  }

  /** Closes with an application code; does nothing when it is closed already. */
  public void close(long code, byte[] reason) {
    lock.lock();
    try {
      lingers = false;
      if (freed) {
        return;
      }
      if (lifecycle.isOpen()) {
        // What completes the handshake goes first, or the peer never learns of a connection.
        flusher.flushBeforeClose();
        early.closeBehind(now(), code, reason);
        lifecycle.end(new CloseReason.LocallyClosed());
        flusher.flushNow();
      }
      serveSoon(now());
    } finally {
      lock.unlock();
    }
  }

  public boolean isClient() {
    return client;
  }

  /** What the application sees of it. */
  public ConnectionView view() {
    return view;
  }

  /** A number that no other connection of the endpoint has. */
  public long connectionId() {
    return connectionId;
  }

  public ConnectionHost host() {
    return host;
  }

  private String describe() {
    return (client ? "to " : "from ") + lifecycle.peerName();
  }
}
