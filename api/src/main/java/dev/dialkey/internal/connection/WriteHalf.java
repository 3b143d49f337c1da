package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.bindings.NativeStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The half of a stream that this side writes. One writer at a time; other calls may come from any
 * thread. State is guarded by the connection's lock.
 */
public final class WriteHalf {
  /** Copied in one call under the lock; a critical call (heap array) holds up the collector. */
  private static final int MAX_HEAP_PIECE = 64 * 1024;

  private static final int MAX_NATIVE_PIECE = 256 * 1024;

  /** For a stop whose code the engine no longer knows. */
  private static final long UNKNOWN_CODE = 0;

  private final PeerConnection connection;
  private final ReentrantLock lock;
  private final StreamState stream;
  private final Waiter writer = new Waiter();
  private final WriteEnd end;

  /** Set and looked at under the lock; volatile, for the writing thread clears it without. */
  private volatile boolean busy;

  /** Volatile: asked for without the lock. */
  private volatile int priority;

  private long turn;

  /** Of the last write that was not turned away; owned by the writing thread. */
  private long taken;

  WriteHalf(PeerConnection connection, StreamState stream) {
    this.connection = connection;
    this.lock = connection.lock();
    this.stream = stream;
    this.end = new WriteEnd(connection, stream);
  }

  /** Writes bytes of a heap array and returns when the engine has taken them all. */
  public void write(byte[] array, int offset, int length, boolean last, long deadlineNanos)
      throws IOException {
    write(array, offset, (long) length, last, deadlineNanos);
  }

  /** Writes native memory, which the caller keeps alive, and returns when all is taken. */
  public void writeNative(long address, long length, boolean last, long deadlineNanos)
      throws IOException {
    write(null, address, length, last, deadlineNanos);
  }

  /** How much the last write has given to the engine, also when it threw. For its own thread. */
  public long takenOfLastWrite() {
    return taken;
  }

  /** Takes what goes without waiting; returns the bytes taken. */
  public int tryWrite(byte[] array, int offset, int length) throws IOException {
    lock.lock();
    try {
      checkWritable();
      int sent = (int) push(array, offset, length, false);
      connection.flusher().afterWrite(sent < length, false);
      return sent;
    } finally {
      lock.unlock();
    }
  }

  /** Has everything sent that waits in the connection. */
  public void flush() throws IOException {
    lock.lock();
    try {
      connection.checkUsable();
      connection.flusher().afterWrite(false, true);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the data. */
  public void finish() throws IOException {
    lock.lock();
    try {
      checkWritable();
      long result = connection.nativeConnection().streamFinish(connection.now(), stream.id());
      if (result < 0) {
        throwFor(result);
      }
      end.finished();
      connection.flusher().afterWrite(false, true);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the stream up with a code; does nothing when it is over already.
   *
   * @return whether it was still open
   */
  public boolean reset(long code) {
    lock.lock();
    try {
      if (end.isOver()) {
        return false;
      }
      end.reset();
      wake();
      if (connection.isUsable()) {
        connection.nativeConnection().streamReset(connection.now(), stream.id(), code);
        connection.flusher().afterWrite(false, true);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How this half ends: with the code of the peer's stop, or empty when everything was acknowledged
   * after the end, or it was reset.
   */
  public CompletableFuture<OptionalLong> stopped() {
    lock.lock();
    try {
      return end.future();
    } finally {
      lock.unlock();
    }
  }

  /** Whether this half was finished or reset. */
  public boolean isOver() {
    return end.isOver();
  }

  /** Whether this half was finished, so that an acknowledgement can be waited for. */
  public boolean isFinished() {
    lock.lock();
    try {
      return end.isFinished();
    } finally {
      lock.unlock();
    }
  }

  /** How it ended, or will. Under the lock. */
  WriteEnd end() {
    return end;
  }

  /** Sets the order in which streams are sent: larger goes first, -128 to 127. */
  public void priority(int newPriority) {
    lock.lock();
    try {
      priority = newPriority;
      if (!end.isOver() && connection.isUsable()) {
        var engine = connection.nativeConnection();
        engine.streamPriority(stream.id(), Byte.MAX_VALUE - newPriority, true);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The priority set last. */
  public int priority() {
    return priority;
  }

  private void write(
      byte @Nullable [] array, long at, long length, boolean last, long deadlineNanos)
      throws IOException {
    lock.lock();
    try {
      checkIdle();
      taken = 0;
      checkOpen();
      if (pushOrArm(array, at, length, last)) {
        return;
      }
      busy = true;
    } finally {
      lock.unlock();
    }
    try {
      writeRest(array, at, length, last, deadlineNanos);
    } finally {
      busy = false;
    }
  }

  /** Waits and writes in turns until all is taken, after a first attempt. */
  private void writeRest(
      byte @Nullable [] array, long at, long length, boolean last, long deadlineNanos)
      throws IOException {
    while (true) {
      awaitRoom(deadlineNanos, length);
      if (taken == length && !last) {
        return;
      }
      lock.lock();
      try {
        checkOpen();
        if (pushOrArm(array, at, length, last)) {
          return;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Gives what goes to the engine; true when that was all, else the writer is armed. */
  private boolean pushOrArm(byte @Nullable [] array, long at, long length, boolean last)
      throws IOException {
    taken += push(array, at + taken, length - taken, last);
    boolean all = taken == length;
    if (all && last) {
      end.finished();
    }
    connection.flusher().afterWrite(!all, all && last);
    if (all) {
      return true;
    }
    if (array == null) {
      writer.arm(at + taken, length - taken);
    } else {
      writer.arm();
    }
    return false;
  }

  private void checkWritable() throws IOException {
    checkIdle();
    checkOpen();
  }

  private void checkIdle() {
    if (busy) {
      throw new IllegalStateException("another thread is writing to stream " + stream.id());
    }
  }

  private void checkOpen() throws IOException {
    end.checkNotStopped();
    connection.checkUsable();
    if (end.isOver()) {
      throw new StreamFinishedException();
    }
  }

  /** Waits for room, or for the loop to have written all; adds what the loop has written. */
  private void awaitRoom(long deadlineNanos, long length) throws IOException {
    InterruptedIOException interrupt = null;
    try {
      if (writer.await(connection.host().machine(), deadlineNanos)) {
        taken += writer.transferred();
        return;
      }
    } catch (InterruptedIOException e) {
      interrupt = e;
    }
    withdraw();
    taken += writer.transferred();
    if (taken == length) {
      return; // The loop was quicker: nothing is left to give up; an interrupt's flag stays set.
    }
    if (interrupt != null) {
      interrupt.bytesTransferred = (int) Math.min(taken, Integer.MAX_VALUE);
      throw interrupt;
    }
    throw Waiter.timeout("write to stream " + stream.id());
  }

  private void withdraw() {
    lock.lock();
    try {
      writer.disarm();
    } finally {
      lock.unlock();
    }
  }

  /** Gives bytes to the engine until it takes no more. Under the lock. */
  private long push(byte @Nullable [] array, long at, long length, boolean last)
      throws IOException {
    long limit = array == null ? MAX_NATIVE_PIECE : MAX_HEAP_PIECE;
    long done = 0;
    boolean more = length > 0 || last; // An end may come alone.
    while (more) {
      int piece = (int) Math.min(length - done, limit);
      long sent = sendPiece(array, at + done, piece, last && done + piece == length);
      if (sent < 0) {
        throwFor(sent);
      }
      done += sent;
      more = sent == piece && done < length;
    }
    connection.flusher().noteUnsent(done);
    noteTurn(done);
    return done;
  }

  private void noteTurn(long sent) {
    if (sent > 0) {
      turn = connection.streams().nextTurn();
    }
  }

  /** When it last gave bytes to the engine, as a number that grows. Under the lock. */
  long turn() {
    return turn;
  }

  private long sendPiece(byte @Nullable [] array, long at, int length, boolean last) {
    var engine = connection.nativeConnection();
    long now = connection.now();
    return array == null
        ? engine.streamSend(now, stream.id(), at, length, last)
        : engine.streamSend(now, stream.id(), array, (int) at, length, last);
  }

  private void throwFor(long status) throws IOException {
    noteStopped(status);
    end.checkNotStopped();
    connection.throwFor(status);
  }

  /** The peer wants no more. Called by a loop, under the lock. */
  void onStopped(long code) {
    end.stopped(code);
    wake();
  }

  void onConnectionClosed(CloseReason reason) {
    end.connectionClosed(reason);
    wake();
  }

  /** The engine takes bytes again, or tells why not. Called by a loop, under the lock. */
  void onWritable() {
    if (!writer.isArmed()) {
      return;
    }
    if (writer.hasMemory()) {
      var engine = connection.nativeConnection();
      while (writer.remaining() > 0) {
        int piece = (int) Math.min(writer.remaining(), MAX_NATIVE_PIECE);
        long sent =
            engine.streamSend(connection.now(), stream.id(), writer.address(), piece, false);
        if (sent < 0) {
          noteStopped(sent);
          break;
        }
        writer.advance(sent);
        noteTurn(sent);
        connection.flusher().noteUnsent(sent);
        if (sent < piece) {
          return; // The rest waits for the next event.
        }
      }
    }
    writer.complete();
  }

  /** The engine tells the code once, so it is kept for the writer to throw. */
  private void noteStopped(long status) {
    if (status == NativeStatus.STREAM_STOPPED) {
      onStopped(connection.nativeConnection().streamErrorCode());
    } else if (status == NativeStatus.STATE && connection.isUsable()) {
      // The peer reset and stopped it, the reader took the reset, and the engine forgot the rest.
      onStopped(UNKNOWN_CODE);
    }
  }

  void wake() {
    if (writer.isArmed()) {
      writer.complete();
    }
  }
}
