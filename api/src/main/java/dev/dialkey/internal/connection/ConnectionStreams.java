package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.bindings.NativeStatus;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens, accepts and finds the streams of one connection. State is guarded by its lock. */
public final class ConnectionStreams {
  private static final int DEFAULT_URGENCY = 127;

  /** One of the two kinds of streams: those waiting to be opened and to be accepted. */
  private static final class Kind {
    final WaitQueue openers = new WaitQueue();
    final WaitQueue acceptors = new WaitQueue();
    final ArrayDeque<StreamState> arrived = new ArrayDeque<>();
    final PeerStreamIds seen = new PeerStreamIds();
    long opened;
  }

  private final PeerConnection connection;
  private final boolean client;
  private final Kind bi = new Kind();
  private final Kind uni = new Kind();
  private final StreamMap open = new StreamMap();

  /** Those that may write again, until the events at hand are handled. */
  private final List<StreamState> writable = new ArrayList<>();

  private long turns;

  /** Those of which somebody wants to know of a reset; the open streams bound it. */
  private final List<ReadHalf> watchedForReset = new ArrayList<>(0);

  /** Those whose waiting reader has got something and may get more before it is woken. */
  private final List<ReadHalf> held = new ArrayList<>(0);

  ConnectionStreams(PeerConnection connection, boolean client) {
    this.connection = connection;
    this.client = client;
  }

  /** Opens a bidirectional stream; waits for the peer's credit. */
  public StreamState openBi(long deadlineNanos) throws IOException {
    return open(bi, 0, deadlineNanos);
  }

  /** Opens a unidirectional stream; waits for the peer's credit. */
  public StreamState openUni(long deadlineNanos) throws IOException {
    return open(uni, StreamState.UNI_BIT, deadlineNanos);
  }

  /** The next bidirectional stream of the peer; waits for one. */
  public StreamState acceptBi(long deadlineNanos) throws IOException {
    return accept(bi, deadlineNanos);
  }

  /** The next unidirectional stream of the peer; waits for one. */
  public StreamState acceptUni(long deadlineNanos) throws IOException {
    return accept(uni, deadlineNanos);
  }

  private StreamState open(Kind kind, int kindBit, long deadlineNanos) throws IOException {
    return Waiting.until(
        connection.host().machine(),
        connection.lock(),
        kind.openers,
        "open a stream",
        deadlineNanos,
        () -> tryOpen(kind, kindBit));
  }

  private @Nullable StreamState tryOpen(Kind kind, int kindBit) throws IOException {
    connection.checkUsable();
    long id = kind.opened * 4 + kindBit + (client ? 0 : StreamState.SERVER_BIT);
    // Setting the priority makes the engine create the stream without sending anything.
    int status = connection.nativeConnection().streamPriority(id, DEFAULT_URGENCY, true);
    if (status == NativeStatus.STREAM_LIMIT) {
      connection.flusher().beforeWait(); // What we owe the peer may be what frees a stream.
      return null;
    }
    if (status < 0) {
      connection.throwFor(status);
    }
    kind.opened++;
    StreamState stream = new StreamState(connection, id, true);
    open.put(stream);
    return stream;
  }

  private StreamState accept(Kind kind, long deadlineNanos) throws IOException {
    return Waiting.until(
        connection.host().machine(),
        connection.lock(),
        kind.acceptors,
        "accept a stream",
        deadlineNanos,
        () -> {
          StreamState next = kind.arrived.poll();
          if (next == null) {
            connection.checkUsable();
            connection.flusher().beforeWait();
          }
          return next;
        });
  }

  // ---- events, from a loop under the lock ----

  void onReadable(long id) {
    StreamState stream = open.get(id);
    if (stream == null) {
      stream = arrived(id);
    }
    if (stream != null) {
      stream.onReadable();
    }
  }

  void onWritable(long id) {
    StreamState stream = open.get(id);
    if (stream != null) {
      writable.add(stream);
    }
  }

  /**
   * Gives room to those that wait for it: to the more important first, and among equals to who has
   * written least lately. In the order of the engine the first would take all of it each time.
   */
  void serveWritable() {
    writable.sort(StreamState.MORE_IMPORTANT_FIRST);
    writable.forEach(StreamState::onWritable);
    writable.clear();
  }

  /** A number larger than all before. */
  long nextTurn() {
    return ++turns;
  }

  /** Leaves a waiting reader asleep for a moment, for more of its data may be at hand. */
  void holdReader(ReadHalf half) {
    if (!held.contains(half)) {
      held.add(half);
    }
  }

  boolean holdsReaders() {
    return !held.isEmpty();
  }

  /** Wakes those who were held. */
  void releaseReaders() {
    held.forEach(ReadHalf::wake);
    held.clear();
  }

  void onCredit() {
    bi.openers.wakeAll();
    uni.openers.wakeAll();
  }

  void onAcked(long id) {
    StreamState stream = open.get(id);
    if (stream != null) {
      stream.writeHalf().end().acknowledged();
    }
  }

  void onStopped(long id, long code) {
    StreamState stream = open.get(id);
    if (stream != null) {
      stream.writeHalf().onStopped(code);
    }
  }

  void onConnectionClosed(CloseReason reason) {
    open.forEach(stream -> stream.onConnectionClosed(reason));
    for (Kind kind : new Kind[] {bi, uni}) {
      kind.openers.wakeAll();
      kind.acceptors.wakeAll();
    }
  }

  /** Has the half looked at whenever something was received, until it is over. */
  void watchForReset(ReadHalf half) {
    watchedForReset.add(half);
  }

  /** Something was received. */
  void onReceived() {
    if (!watchedForReset.isEmpty()) {
      watchedForReset.removeIf(ReadHalf::lookForReset);
    }
  }

  /** Has events for a stream of ours or the peer's come to it again. */
  void keep(StreamState stream) {
    if (open.get(stream.id()) == null) {
      open.put(stream);
    }
  }

  void forgetIfOver(StreamState stream) {
    if (!stream.isOver()) {
      return;
    }
    open.remove(stream.id());
    if (isByPeer(stream.id()) && connection.isUsable()) {
      // The peer gets its credit back with what is sent next, or soon.
      connection.flusher().markDirty();
      connection.serveSoon(connection.now());
    }
  }

  /** Whether something that was received may still be read. */
  boolean mayHoldData() {
    boolean[] found = {false};
    open.forEach(stream -> found[0] |= stream.mayHoldData());
    return found[0];
  }

  private boolean isByPeer(long id) {
    return ((id & StreamState.SERVER_BIT) != 0) == client;
  }

  /** A stream of the peer that shows up for the first time; null for one that is over here. */
  private @Nullable StreamState arrived(long id) {
    Kind kind = (id & StreamState.UNI_BIT) == 0 ? bi : uni;
    if (!isByPeer(id) || !kind.seen.firstSight(id)) {
      return null;
    }
    StreamState stream = new StreamState(connection, id, false);
    open.put(stream);
    kind.arrived.add(stream); // The peer's stream credit bounds this queue.
    kind.acceptors.wakeOne();
    return stream;
  }
}
