package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.HandshakeException;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeState;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * From the first flight to the end: what is known of the peer, and how it ended. Public methods
 * take the connection's lock, the others are called under it.
 */
public final class Lifecycle {
  private static final int OVER = NativeState.DRAINING | NativeState.CLOSED | NativeState.POISONED;

  /** TLS alerts as QUIC error codes, RFC 9001 section 4.8. */
  private static final long FIRST_ALERT = 0x100;

  private static final long LAST_ALERT = 0x1ff;

  private final PeerConnection connection;
  private final ReentrantLock lock;
  private final NativeConnection engine;
  private final WaitQueue handshakeWaiters = new WaitQueue();

  /** Made for the first one who asks: completing it takes a thread. */
  private @Nullable CompletableFuture<CloseReason> closed;

  private int flags;
  private @Nullable EndpointId remoteId;
  private @Nullable Alpn alpn;
  private @Nullable CloseReason closeReason;
  private boolean closedByPeer;

  Lifecycle(PeerConnection connection, ReentrantLock lock, NativeConnection engine) {
    this.connection = connection;
    this.lock = lock;
    this.engine = engine;
  }

  /** Waits until the handshake is over, well or badly; a TLS alert has an exception of its own. */
  public void awaitHandshake(long deadlineNanos) throws IOException {
    Waiting.until(
        connection.host().machine(),
        lock,
        handshakeWaiters,
        "handshake",
        deadlineNanos,
        this::handshakeResult);
  }

  /** The peer's id; present once the handshake is over. */
  public EndpointId remoteId() {
    lock.lock();
    try {
      return present(remoteId);
    } finally {
      lock.unlock();
    }
  }

  /** The protocol agreed on; present once the handshake is over. */
  public Alpn alpn() {
    lock.lock();
    try {
      return present(alpn);
    } finally {
      lock.unlock();
    }
  }

  /** How it ended, null while it lives. */
  public @Nullable CloseReason closeReason() {
    lock.lock();
    try {
      return closeReason;
    } finally {
      lock.unlock();
    }
  }

  /** Completes with how it ended; on the endpoint's executor. */
  public CompletableFuture<CloseReason> closed() {
    lock.lock();
    try {
      CompletableFuture<CloseReason> future = closed;
      if (future == null) {
        future = new CompletableFuture<>();
        closed = future;
        if (closeReason != null) {
          future.complete(closeReason); // Nothing depends on it yet.
        }
      }
      return future;
    } finally {
      lock.unlock();
    }
  }

  // ---- under the lock ----

  boolean isEstablished() {
    return remoteId != null;
  }

  boolean isOpen() {
    return closeReason == null;
  }

  /** Whether all timers of the engine are over. */
  boolean isEnded() {
    return (flags & (NativeState.CLOSED | NativeState.POISONED)) != 0;
  }

  void checkOpen() throws ConnectionClosedException {
    if (closeReason != null) {
      throw new ConnectionClosedException(closeReason);
    }
  }

  /** Takes note of the engine's flags; returns those that are new. */
  int onState(int newFlags) {
    int gained = newFlags & ~flags;
    flags |= newFlags;
    if ((gained & NativeState.ESTABLISHED) != 0) {
      remoteId = EndpointId.fromBytes(engine.peerKey());
      alpn = Alpn.of(engine.alpn());
      connection.host().established(connection);
      handshakeWaiters.wakeAll();
    }
    if ((gained & OVER) != 0 && closeReason == null) {
      NativeState state = engine.state();
      closedByPeer = state.origin() == NativeState.Origin.PEER_TRANSPORT;
      end(CloseReasons.of(state, engine.closeReason()));
    }
    return gained;
  }

  /** The first reason counts. */
  void end(CloseReason reason) {
    if (closeReason != null) {
      return;
    }
    closeReason = reason;
    handshakeWaiters.wakeAll();
    connection.onEnd(reason);
    CompletableFuture<CloseReason> future = closed;
    if (future != null) {
      // The dependents are user code: never on a loop, never under the lock.
      connection.host().executor().execute(() -> future.complete(reason));
    }
  }

  /** The peer in short, for logs. */
  String peerName() {
    EndpointId id = remoteId;
    return id == null ? "unknown" : id.shortString();
  }

  private @Nullable Boolean handshakeResult() throws IOException {
    if (remoteId != null) {
      return Boolean.TRUE;
    }
    if (closeReason instanceof CloseReason.TransportClosed transport
        && transport.code() >= FIRST_ALERT
        && transport.code() <= LAST_ALERT) {
      throw new HandshakeException((int) (transport.code() - FIRST_ALERT), closedByPeer);
    }
    checkOpen();
    return null;
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the handshake is not over");
    }
    return value;
  }
}
