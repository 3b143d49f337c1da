package dev.dialkey.internal.connection;

import dev.dialkey.DatagramTooLargeException;
import dev.dialkey.DatagramsUnsupportedException;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeDatagrams;
import dev.dialkey.bindings.NativeStatus;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Sends and receives the datagrams of one connection. The queues are the engine's; here are those
 * who wait for them. Public methods take the connection's lock.
 */
public final class PeerDatagrams {
  /** No datagram is longer than the UDP payload that we accept. */
  private static final int MAX_BYTES = 1_472;

  private static final int WAIT_FOR_ROOM = 0;

  private final PeerConnection connection;
  private final WaitQueue readers = new WaitQueue();
  private final WaitQueue writers = new WaitQueue();

  PeerDatagrams(PeerConnection connection) {
    this.connection = connection;
  }

  /** The longest datagram that can be sent now. */
  public OptionalInt maxSize() {
    int max = state().maxPayload();
    return max > 0 ? OptionalInt.of(max) : OptionalInt.empty();
  }

  /** Bytes for which the send queue has room. */
  public long sendSpace() {
    return state().sendSpace();
  }

  /** Queues one, for which the oldest goes when there is no room. */
  public void send(byte[] datagram) throws IOException {
    connection.lock().lock();
    try {
      connection.checkUsable();
      queue(datagram, NativeConnection.DROP_OLDEST); // There is room then, or it throws.
      connection.flusher().afterWrite(false, true);
    } finally {
      connection.lock().unlock();
    }
  }

  /** Queues one once there is room. */
  public void sendBlocking(byte[] datagram, long deadlineNanos) throws IOException {
    Waiting.until(
        connection.host().machine(),
        connection.lock(),
        writers,
        "send a datagram",
        deadlineNanos,
        () -> {
          connection.checkUsable();
          boolean queued = queue(datagram, WAIT_FOR_ROOM);
          connection.flusher().afterWrite(!queued, queued);
          if (!queued && queue(datagram, WAIT_FOR_ROOM)) { // That may have made room.
            queued = true;
            connection.flusher().afterWrite(false, true);
          }
          return queued ? Boolean.TRUE : null;
        });
  }

  /** Queues as many as there is room for, or none when one of them is too long. */
  public int sendMany(List<byte[]> datagrams) throws IOException {
    connection.lock().lock();
    try {
      connection.checkUsable();
      int max = state().maxPayload();
      for (byte[] datagram : datagrams) {
        if (max > 0 && datagram.length > max) {
          throw new DatagramTooLargeException(datagram.length, max);
        }
      }
      int sent = 0;
      while (sent < datagrams.size() && queue(datagrams.get(sent), WAIT_FOR_ROOM)) {
        sent++;
      }
      connection.flusher().afterWrite(sent < datagrams.size(), true);
      return sent;
    } finally {
      connection.lock().unlock();
    }
  }

  /** The next one; waits for it. */
  public byte[] read(long deadlineNanos) throws IOException {
    return Waiting.until(
        connection.host().machine(),
        connection.lock(),
        readers,
        "read a datagram",
        deadlineNanos,
        this::tryRead);
  }

  /** Waits for one, and takes at most as many as there are buffers. */
  public int readMany(ByteBuffer[] targets) throws IOException {
    if (targets.length == 0) {
      return 0;
    }
    return Waiting.until(
        connection.host().machine(),
        connection.lock(),
        readers,
        "read datagrams",
        Deadline.NEVER,
        () -> tryReadMany(targets));
  }

  // ---- under the lock ----

  void onReadable() {
    readers.wakeOne();
  }

  void onWritable() {
    writers.wakeAll();
  }

  void onConnectionClosed() {
    readers.wakeAll();
    writers.wakeAll();
  }

  private NativeDatagrams state() {
    connection.lock().lock();
    try {
      return connection.isUsable()
          ? connection.nativeConnection().datagramState()
          : new NativeDatagrams(0, 0, 0, 0);
    } finally {
      connection.lock().unlock();
    }
  }

  /** False when there is no room. */
  private boolean queue(byte[] datagram, int flags) throws IOException {
    int status =
        connection
            .nativeConnection()
            .sendDatagram(connection.now(), datagram, 0, datagram.length, flags);
    if (status == NativeStatus.DONE) {
      return false;
    }
    if (status == NativeStatus.LIMIT) {
      throw new DatagramTooLargeException(datagram.length, state().maxPayload());
    }
    if (status == NativeStatus.STATE && connection.isUsable()) {
      throw new DatagramsUnsupportedException();
    }
    if (status < 0) {
      connection.throwFor(status);
    }
    connection.flusher().noteUnsent(datagram.length);
    return true;
  }

  private byte @Nullable [] tryRead() throws IOException {
    connection.checkUsable();
    byte[] datagram = new byte[MAX_BYTES];
    int length = connection.nativeConnection().receiveDatagram(datagram, 0, datagram.length);
    if (length < 0) {
      checkDone(length);
      return null;
    }
    readers.wakeOne(); // The engine tells of the first one that waits; who takes it tells the next.
    return Arrays.copyOf(datagram, length);
  }

  private @Nullable Integer tryReadMany(ByteBuffer[] targets) throws IOException {
    int taken = 0;
    while (taken < targets.length) {
      ByteBuffer target = targets[taken];
      byte[] piece = new byte[Math.min(target.remaining(), MAX_BYTES)];
      connection.checkUsable();
      int length = connection.nativeConnection().receiveDatagram(piece, 0, piece.length);
      if (length == NativeStatus.BUFFER && taken == 0) {
        readers.wakeOne(); // It waits for somebody with more room.
        throw new BufferOverflowException();
      }
      if (length < 0 && taken == 0) {
        checkDone(length);
      }
      if (length < 0) {
        break;
      }
      target.put(piece, 0, length);
      taken++;
    }
    if (taken == 0) {
      return null;
    }
    readers.wakeOne();
    return taken;
  }

  private void checkDone(int status) throws IOException {
    if (status != NativeStatus.DONE) {
      connection.throwFor(status);
    }
    connection.flusher().flushIfDirty(); // What we owe the peer may be what it waits for.
  }
}
