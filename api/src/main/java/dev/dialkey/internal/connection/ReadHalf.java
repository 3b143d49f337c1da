package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.StreamResetException;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The half of a stream that this side reads. One reader at a time; other calls may come from any
 * thread. State is guarded by the connection's lock.
 */
public final class ReadHalf {
  /** Returned at the end of the data. */
  public static final int END = -1;

  private static final int MAX_HEAP_PIECE = 64 * 1024;

  /** Copied in one call under the lock by the reader itself. */
  private static final int MAX_NATIVE_PIECE = 256 * 1024;

  private static final long NOT_RESET = -1;
  private static final long NOTHING_YET = -2;

  private enum Stage {
    OPEN,
    /** The peer's end was reached, or its reset seen. */
    AT_END,
    /** This side stopped it. */
    STOPPED
  }

  private final PeerConnection connection;
  private final ReentrantLock lock;
  private final StreamState stream;
  private final Waiter reader = new Waiter();

  /** Set and looked at under the lock; volatile, for the reading thread clears it without. */
  private volatile boolean busy;

  /** Volatile: asked for without the lock. */
  private volatile Stage stage = Stage.OPEN;

  /**
   * The engine reports a stream once per change to readable; this remembers it until it is empty.
   */
  private boolean readable;

  private long resetCode = NOT_RESET;
  private long bytesRead;

  /** Made for the first one who asks. */
  private @Nullable EndWatch watch;

  ReadHalf(PeerConnection connection, StreamState stream) {
    this.connection = connection;
    this.lock = connection.lock();
    this.stream = stream;
  }

  /** Reads into a heap array; waits for at least one byte. {@link #END} at the end. */
  public int read(byte[] array, int offset, int length, long deadlineNanos) throws IOException {
    return (int) read(array, offset, (long) Math.min(length, MAX_HEAP_PIECE), deadlineNanos);
  }

  /** Reads into native memory, which the caller keeps alive. {@link #END} at the end. */
  public long readNative(long address, long length, long deadlineNanos) throws IOException {
    return read(null, address, Math.min(length, Integer.MAX_VALUE), deadlineNanos);
  }

  /**
   * Asks the peer to stop; does nothing when the stream is over already.
   *
   * @return whether it was still open
   */
  public boolean stop(long code) {
    lock.lock();
    try {
      if (stage != Stage.OPEN) {
        return false;
      }
      end(Stage.STOPPED);
      wake();
      if (connection.isUsable()) {
        connection.nativeConnection().streamStop(connection.now(), stream.id(), code);
        connection.flusher().afterWrite(false, true);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How this half ends: with the code of the peer's reset, or empty when its end was read or this
   * side stopped it.
   */
  public CompletableFuture<OptionalLong> receivedReset() {
    lock.lock();
    try {
      EndWatch current = watch;
      if (current == null) {
        current = new EndWatch(connection.host().executor());
        watch = current;
        connection.streams().watchForReset(this);
        lookForReset();
      }
      CompletableFuture<OptionalLong> future = current.future();
      CloseReason closed = connection.lifecycle().closeReason();
      if (stage != Stage.OPEN) {
        current.complete(outcome());
      } else if (closed != null) {
        current.fail(closed);
      }
      return future;
    } finally {
      lock.unlock();
    }
  }

  private OptionalLong outcome() {
    return resetCode == NOT_RESET ? OptionalLong.empty() : OptionalLong.of(resetCode);
  }

  /**
   * A reset shows without reading what came before it, which it has made void; but the engine tells
   * of it only once that was read. Returns whether there is nothing more to look for.
   */
  boolean lookForReset() {
    if (stage == Stage.OPEN && readable && connection.hasEngine()) {
      NativeConnection engine = connection.nativeConnection();
      long status = engine.streamReceive(connection.now(), stream.id(), 0, 0);
      if (status >= 0) {
        noteTaken(0, engine.receiveFlags());
      } else if (status == NativeStatus.STREAM_RESET) {
        noteStatus(status);
      }
    }
    return stage != Stage.OPEN;
  }

  /** Bytes read so far. */
  public long bytesRead() {
    lock.lock();
    try {
      return bytesRead;
    } finally {
      lock.unlock();
    }
  }

  public boolean isOver() {
    return stage != Stage.OPEN;
  }

  boolean mayHoldData() {
    return stage == Stage.OPEN && readable;
  }

  private long read(byte @Nullable [] array, long at, long length, long deadlineNanos)
      throws IOException {
    if (stage == Stage.AT_END && resetCode == NOT_RESET) {
      return END; // Whoever has read the last bytes asks once more.
    }
    lock.lock();
    try {
      if (busy) {
        throw new IllegalStateException("another thread is reading stream " + stream.id());
      }
      long taken = takeOrArm(array, at, length);
      if (taken != NOTHING_YET) {
        return taken;
      }
      busy = true;
    } finally {
      lock.unlock();
    }
    try {
      return awaitAndTake(array, at, length, deadlineNanos);
    } finally {
      busy = false;
    }
  }

  private long awaitAndTake(byte @Nullable [] array, long at, long length, long deadlineNanos)
      throws IOException {
    while (true) {
      awaitData(deadlineNanos);
      if (reader.transferred() > 0) {
        return reader.transferred();
      }
      lock.lock();
      try {
        long taken = takeOrArm(array, at, length);
        if (taken != NOTHING_YET) {
          return taken;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** What can be had now; {@link #NOTHING_YET} when the reader has to wait and is armed. */
  private long takeOrArm(byte @Nullable [] array, long at, long length) throws IOException {
    checkReadable();
    if (stage == Stage.AT_END) {
      return END;
    }
    if (length == 0) {
      return 0;
    }
    int piece = (int) Math.min(length, MAX_NATIVE_PIECE);
    long taken = readable && connection.hasEngine() ? take(array, at, piece) : 0;
    if (taken > 0 || stage == Stage.AT_END) {
      checkReset();
      return taken > 0 ? taken : END;
    }
    connection.checkUsable();
    connection.flusher().beforeWait(); // What we owe the peer may be what it waits for.
    arm(array, at, length);
    return NOTHING_YET;
  }

  private void arm(byte @Nullable [] array, long at, long length) {
    if (array == null) {
      reader.arm(at, length);
    } else {
      reader.arm(); // A heap array may move: this reader takes its bytes itself.
    }
  }

  private void checkReadable() throws IOException {
    checkReset();
    if (stage == Stage.STOPPED) {
      throw new StreamFinishedException();
    }
  }

  private void checkReset() throws StreamResetException {
    if (resetCode != NOT_RESET) {
      throw new StreamResetException(resetCode);
    }
  }

  private void awaitData(long deadlineNanos) throws IOException {
    try {
      if (reader.await(connection.host().machine(), deadlineNanos)) {
        return;
      }
    } catch (InterruptedIOException e) {
      if (withdraw() == 0) {
        throw e;
      }
      return; // The loop was quicker: the bytes must not get lost, the flag stays set.
    }
    if (withdraw() == 0) {
      throw Waiter.timeout("read from stream " + stream.id());
    }
  }

  private long withdraw() {
    lock.lock();
    try {
      reader.disarm();
      return reader.transferred();
    } finally {
      lock.unlock();
    }
  }

  /** Takes bytes out of the engine; 0 when there are none. Under the lock. */
  private long take(byte @Nullable [] array, long at, int length) throws IOException {
    NativeConnection engine = connection.nativeConnection();
    long taken =
        array == null
            ? engine.streamReceive(connection.now(), stream.id(), at, length)
            : engine.streamReceive(connection.now(), stream.id(), array, (int) at, length);
    if (taken < 0) {
      noteStatus(taken);
      if (taken != NativeStatus.DONE && resetCode == NOT_RESET) {
        connection.throwFor(taken);
      }
      return 0;
    }
    int flags = engine.receiveFlags();
    noteTaken(taken, flags);
    if ((flags & NativeConnection.CREDIT_WAITS) != 0) {
      connection
          .flusher()
          .flushNow(); // The peer may wait for it; no loop turn is due on our account.
    }
    return taken;
  }

  private void noteTaken(long taken, int flags) {
    bytesRead += taken;
    if ((flags & NativeConnection.RECEIVED_END) != 0) {
      end(Stage.AT_END);
    }
    if ((flags & NativeConnection.CREDIT_WAITS) != 0) {
      connection.flusher().markDirty();
    }
  }

  private void noteStatus(long status) {
    if (status == NativeStatus.DONE || status == NativeStatus.CLOSED) {
      readable = false;
      connection.readOut();
    } else if (status == NativeStatus.STREAM_RESET) {
      resetCode = connection.nativeConnection().streamErrorCode();
      end(Stage.AT_END);
    }
  }

  private void end(Stage last) {
    stage = last;
    readable = false;
    if (watch != null) {
      watch.complete(outcome());
    }
    connection.streams().forgetIfOver(stream);
    connection.readOut();
  }

  /** Data, the end or a reset came. Called by a loop, under the lock. */
  void onReadable() {
    readable = true;
    if (!reader.isArmed()) {
      return;
    }
    if (reader.hasMemory()) {
      NativeConnection engine = connection.nativeConnection();
      long taken =
          engine.streamReceive(
              connection.now(), stream.id(), reader.address(), (int) reader.remaining());
      if (taken >= 0) {
        reader.advance(taken);
        noteTaken(taken, engine.receiveFlags());
      } else {
        noteStatus(taken);
        if (taken == NativeStatus.DONE) {
          return; // Nothing after all: the reader goes on waiting.
        }
      }
      if (stage == Stage.OPEN && reader.remaining() > 0) {
        connection.streams().holdReader(this);
        return;
      }
    }
    reader.complete();
  }

  void onConnectionClosed(CloseReason reason) {
    EndWatch current = watch;
    if (current != null) {
      current.fail(reason);
    }
    wake();
  }

  void wake() {
    if (reader.isArmed()) {
      reader.complete();
    }
  }
}
