package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeStatus;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.Driven;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.UdpTransport;

/**
 * Takes packets out of the engine and sends them, and decides who does it when: the thread that
 * wrote or the loop (docs/concurrency.md, "Flushing"). Guarded by the connection's lock.
 */
final class Flusher {
  /** Unsent bytes beyond which a writer flushes by itself. */
  private static final int FLUSH_BYTES = 256 * 1024;

  /**
   * Parts into which a small window of the peer is cut. Sent at once, as much of it as there is
   * would keep the peer busy and us waiting until it has worked through that, and then the other
   * way round.
   */
  private static final int WINDOW_PARTS = 40;

  /** For still smaller parts the system calls would cost more than the waiting. */
  private static final int MIN_PART_BYTES = 16 * 1024;

  /**
   * Ends of messages that their writers send themselves after each receive. A single exchange is
   * quickest so; of many at once the loop makes fewer packets.
   */
  private static final int MAX_SENT_BY_WRITERS = 2;

  /** In full batches, until nothing is left. */
  private static final int UNDIVIDED = TransmitBatch.MAX_BYTES;

  private final PeerConnection connection;
  private final NativeConnection engine;
  private final Route route;
  private final TransmitPool pool;

  /**
   * Something waits in the engine that nobody has sent yet; from the start it is the first flight.
   */
  private boolean dirty = true;

  private boolean sentSinceReceive;
  private int sentByWriters;
  private long unsentBytes;

  /** What leaves before the loop has looked at its socket again. */
  private int partBytes = UNDIVIDED;

  private long deadlineNanos = Driven.NO_DEADLINE;

  Flusher(PeerConnection connection, NativeConnection engine, Route route, TransmitPool pool) {
    this.connection = connection;
    this.engine = engine;
    this.route = route;
    this.pool = pool;
  }

  /** The handshake told how much the peer takes on a stream before it has read any of it. */
  void established() {
    long part = engine.state().peerWindow() / WINDOW_PARTS;
    partBytes = Math.clamp(part, MIN_PART_BYTES, UNDIVIDED);
  }

  boolean isDirty() {
    return dirty;
  }

  void markDirty() {
    dirty = true;
  }

  void noteUnsent(long bytes) {
    unsentBytes += bytes;
  }

  /** Datagrams were fed: at the least, acknowledgements are due. */
  void noteReceived() {
    sentSinceReceive = false;
    sentByWriters = 0;
    dirty = true;
  }

  boolean isTimeoutDue(long nowNanos) {
    return deadlineNanos != Driven.NO_DEADLINE && deadlineNanos - nowNanos <= 0;
  }

  /** Asks the engine for its next deadline. */
  long refreshDeadline(long nowNanos) {
    deadlineNanos = engine.timeoutAt(nowNanos);
    return deadlineNanos;
  }

  /**
   * Sends what the engine has, or a part of it and leaves the rest to the loop: where it cannot be
   * sent now, and where the peer's window is small.
   */
  void flush(long nowNanos) {
    flush(nowNanos, partBytes);
  }

  private void flush(long nowNanos, int part) {
    unsentBytes = 0;
    sentSinceReceive = true;
    boolean more = true;
    while (more) {
      UdpTransport transport = route.transport();
      if (transport != null && transport.isFull()) {
        dirty = true;
        transport.awaitRoom(connection);
        return;
      }
      TransmitBatch batch = pool.takeOrAwait(connection);
      if (batch == null) {
        dirty = true;
        return;
      }
      dirty = false;
      more = sendOneBatch(batch, nowNanos, part);
      if (more && part < UNDIVIDED) {
        dirty = true;
        connection.yieldToReceive();
        return;
      }
    }
  }

  /** Flushes on a user's thread and tells the home loop of the new deadline. */
  void flushNow() {
    long nowNanos = connection.now();
    flush(nowNanos);
    connection.deadlineMoved(refreshDeadline(nowNanos), nowNanos);
  }

  void flushIfDirty() {
    if (dirty) {
      flushNow();
    }
  }

  /** Sends what waits, undivided: the engine is about to forget it. */
  void flushBeforeClose() {
    if (dirty) {
      flush(connection.now(), UNDIVIDED);
    }
  }

  /** Decides who sends what is left in the engine when its thread is about to wait for the peer. */
  void beforeWait() {
    if (dirty) {
      sendOrPost(mayWriterSend());
    }
  }

  private boolean mayWriterSend() {
    return sentByWriters < MAX_SENT_BY_WRITERS;
  }

  private void sendOrPost(boolean now) {
    if (now) {
      sentByWriters++;
      flushNow();
    } else {
      dirty = true;
      connection.home().post(connection);
    }
  }

  /**
   * Decides who sends what a writer has left in the engine.
   *
   * @param blocked the writer is about to wait
   * @param endOfMessage nothing more is to be expected soon
   */
  void afterWrite(boolean blocked, boolean endOfMessage) {
    boolean nothingUnderWay = !sentSinceReceive;
    boolean sleepingLoop = endOfMessage && mayWriterSend() && connection.home().isAsleep();
    sendOrPost(blocked || nothingUnderWay || sleepingLoop || unsentBytes >= FLUSH_BYTES);
  }

  /** Returns whether the engine may have more to send now. */
  private boolean sendOneBatch(TransmitBatch batch, long nowNanos, int part) {
    int entries = batch.fillFrom(engine, nowNanos, part);
    if (entries <= 0) {
      pool.giveBack(batch);
      if (entries < 0 && entries != NativeStatus.DONE) {
        connection.failed(entries);
      }
      return false;
    }
    boolean cutShort = batch.mayBeCutShort();
    if (!route.send(batch, connection)) {
      dirty = true;
      return false;
    }
    return cutShort;
  }
}
