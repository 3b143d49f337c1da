package dev.dialkey.internal.connection;

import dev.dialkey.StreamFinishedException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.bindings.NativeStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
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
  private static final long NOT_STOPPED = -1;

  private final PeerConnection connection;
  private final ReentrantLock lock;
  private final StreamState stream;
  private final Waiter writer = new Waiter();

  private boolean ended;
  private long stoppedCode = NOT_STOPPED;

  WriteHalf(PeerConnection connection, StreamState stream) {
    this.connection = connection;
    this.lock = connection.lock();
    this.stream = stream;
  }

  /** Writes bytes of a heap array and returns when the engine has taken them all. */
  public void write(byte[] array, int offset, int length, long deadlineNanos) throws IOException {
    write(array, offset, (long) length, deadlineNanos);
  }

  /** Writes native memory, which the caller keeps alive, and returns when all is taken. */
  public void writeNative(long address, long length, long deadlineNanos) throws IOException {
    write(null, address, length, deadlineNanos);
  }

  /** Takes what goes without waiting; returns the bytes taken. */
  public int tryWrite(byte[] array, int offset, int length) throws IOException {
    lock.lock();
    try {
      checkWritable();
      int taken = (int) push(array, offset, length);
      connection.flusher().afterWrite(taken < length, false);
      return taken;
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
      end();
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
      if (ended) {
        return false;
      }
      end();
      if (connection.isUsable()) {
        connection.nativeConnection().streamReset(connection.now(), stream.id(), code);
        connection.flusher().afterWrite(false, true);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether this half was finished or reset. */
  public boolean isOver() {
    return ended;
  }

  /** Sets the order in which streams are sent: smaller is more urgent. */
  public void urgency(int urgency) {
    lock.lock();
    try {
      if (!ended && connection.isUsable()) {
        connection.nativeConnection().streamPriority(stream.id(), urgency, true);
      }
    } finally {
      lock.unlock();
    }
  }

  private void write(byte @Nullable [] array, long at, long length, long deadlineNanos)
      throws IOException {
    long done = 0;
    while (done < length || length == 0) {
      lock.lock();
      try {
        checkWritable();
        done += push(array, at + done, length - done);
        connection.flusher().afterWrite(done < length, false);
        if (done == length) {
          return;
        }
        if (array == null) {
          writer.arm(at + done, length - done);
        } else {
          writer.arm();
        }
      } finally {
        lock.unlock();
      }
      awaitRoom(deadlineNanos, done);
      done += writer.transferred();
    }
  }

  private void checkWritable() throws IOException {
    if (writer.isArmed()) {
      throw new IllegalStateException("another thread is writing to stream " + stream.id());
    }
    if (stoppedCode != NOT_STOPPED) {
      throw new StreamStoppedException(stoppedCode);
    }
    connection.checkUsable();
    if (ended) {
      throw new StreamFinishedException();
    }
  }

  private void awaitRoom(long deadlineNanos, long done) throws IOException {
    try {
      if (writer.await(deadlineNanos)) {
        return;
      }
    } catch (InterruptedIOException e) {
      withdraw();
      e.bytesTransferred = (int) Math.min(done + writer.transferred(), Integer.MAX_VALUE);
      throw e;
    }
    withdraw();
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
  private long push(byte @Nullable [] array, long at, long length) throws IOException {
    long done = 0;
    while (done < length) {
      long limit = array == null ? MAX_NATIVE_PIECE : MAX_HEAP_PIECE;
      int piece = (int) Math.min(length - done, limit);
      long taken = sendPiece(array, at + done, piece);
      if (taken < 0) {
        throwFor(taken);
      }
      done += taken;
      if (taken < piece) {
        break;
      }
    }
    connection.flusher().noteUnsent(done);
    return done;
  }

  private long sendPiece(byte @Nullable [] array, long at, int length) {
    var engine = connection.nativeConnection();
    long now = connection.now();
    return array == null
        ? engine.streamSend(now, stream.id(), at, length)
        : engine.streamSend(now, stream.id(), array, (int) at, length);
  }

  private void throwFor(long status) throws IOException {
    if (status == NativeStatus.STREAM_STOPPED) {
      stoppedCode = connection.nativeConnection().streamErrorCode();
      end();
      throw new StreamStoppedException(stoppedCode);
    }
    connection.throwFor(status);
  }

  private void end() {
    ended = true;
    connection.streams().forgetIfOver(stream);
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
        long taken = engine.streamSend(connection.now(), stream.id(), writer.address(), piece);
        if (taken < 0) {
          noteStopped(taken);
          break;
        }
        writer.advance(taken);
        connection.flusher().noteUnsent(taken);
        if (taken < piece) {
          return; // The rest waits for the next event.
        }
      }
    }
    writer.complete();
  }

  /** The engine tells the code once, so it is kept for the writer to throw. */
  private void noteStopped(long status) {
    if (status == NativeStatus.STREAM_STOPPED) {
      stoppedCode = connection.nativeConnection().streamErrorCode();
      end();
    }
  }

  void wake() {
    if (writer.isArmed()) {
      writer.complete();
    }
  }
}
