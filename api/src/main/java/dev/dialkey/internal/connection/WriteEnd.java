package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.bindings.NativeStatus;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * How the half of a stream that this side writes has ended, or will. Guarded by the connection's
 * lock.
 */
final class WriteEnd {
  private static final long NOT_STOPPED = -1;

  private final PeerConnection connection;
  private final StreamState stream;

  /** Volatile: asked for without the lock. */
  private volatile boolean over;

  private boolean isReset;
  private long stoppedCode = NOT_STOPPED;

  /** Made for the first one who asks. */
  private @Nullable EndWatch watch;

  WriteEnd(PeerConnection connection, StreamState stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /** Whether it was finished, reset or stopped. */
  boolean isOver() {
    return over;
  }

  boolean isFinished() {
    return over && !isReset;
  }

  /** Whether no event of the engine matters to it any more. */
  boolean isSettled() {
    EndWatch current = watch;
    return over && (current == null || !current.isOpen());
  }

  void checkNotStopped() throws StreamStoppedException {
    if (stoppedCode != NOT_STOPPED) {
      throw new StreamStoppedException(stoppedCode);
    }
  }

  /** The outcome to come, for somebody of the application. */
  CompletableFuture<OptionalLong> future() {
    EndWatch current = watch;
    if (current == null) {
      current = new EndWatch(connection.host().executor());
      watch = current;
    }
    CompletableFuture<OptionalLong> future = current.future();
    if (current.isOpen()) {
      lookForOutcome(current);
    }
    return future;
  }

  /** This side has sent the end. */
  void finished() {
    over = true;
    EndWatch current = watch;
    if (current != null && current.isOpen()) {
      askForAcknowledgement(current);
    }
    connection.streams().forgetIfOver(stream);
  }

  /** This side has given the stream up. */
  void reset() {
    isReset = true;
    settle(OptionalLong.empty());
  }

  /** The peer wants no more. */
  void stopped(long code) {
    stoppedCode = code;
    settle(OptionalLong.of(code));
  }

  /** Everything has arrived. */
  void acknowledged() {
    settle(OptionalLong.empty());
  }

  void connectionClosed(CloseReason reason) {
    EndWatch current = watch;
    if (current == null || !current.isOpen()) {
      return;
    }
    // A peer that has all it wants acknowledges and closes at once: the engine may know of both.
    if (isAcknowledged()) {
      current.complete(OptionalLong.empty());
    } else {
      current.fail(reason);
    }
  }

  private boolean isAcknowledged() {
    return isFinished()
        && connection.hasEngine()
        && connection.nativeConnection().streamAcked(stream.id()) >= 0;
  }

  private void lookForOutcome(EndWatch current) {
    CloseReason closed = connection.lifecycle().closeReason();
    if (stoppedCode != NOT_STOPPED) {
      current.complete(OptionalLong.of(stoppedCode));
    } else if (isReset) {
      current.complete(OptionalLong.empty());
    } else if (closed != null) {
      connectionClosed(closed);
    } else if (over) {
      askForAcknowledgement(current);
    } // Else the engine tells of a stop by itself, and finished() asks for the rest.
  }

  /** The engine tells once everything has arrived, if it is not so yet. */
  private void askForAcknowledgement(EndWatch current) {
    int status = connection.nativeConnection().streamAcked(stream.id());
    if (status == NativeStatus.DONE) {
      connection.streams().keep(stream);
    } else {
      current.complete(OptionalLong.empty());
    }
  }

  private void settle(OptionalLong outcome) {
    over = true;
    EndWatch current = watch;
    if (current != null) {
      current.complete(outcome);
    }
    connection.streams().forgetIfOver(stream);
  }
}
