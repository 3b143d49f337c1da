package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One stream: the halves that this side has of it. Guarded by the connection's lock. */
public final class StreamState {
  /** Stream ids, RFC 9000 section 2.1. */
  static final int SERVER_BIT = 1;

  static final int UNI_BIT = 2;

  /** The order of those that may write: by priority, then by how long it is since they wrote. */
  static final Comparator<StreamState> MORE_IMPORTANT_FIRST =
      Comparator.<StreamState>comparingInt(stream -> -stream.writeHalf().priority())
          .thenComparingLong(stream -> stream.writeHalf().turn());

  private final long id;
  private final @Nullable WriteHalf writeHalf;
  private final @Nullable ReadHalf readHalf;

  StreamState(PeerConnection connection, long id, boolean local) {
    this.id = id;
    boolean uni = (id & UNI_BIT) != 0;
    this.writeHalf = uni && !local ? null : new WriteHalf(connection, this);
    this.readHalf = uni && local ? null : new ReadHalf(connection, this);
  }

  private StreamState(long id) {
    this.id = id;
    this.writeHalf = null;
    this.readHalf = null;
  }

  /** A stream with an id and nothing else, which belongs to no connection. */
  static StreamState bare(long id) {
    return new StreamState(id);
  }

  public long id() {
    return id;
  }

  /** The half that this side writes. */
  public WriteHalf writeHalf() {
    if (writeHalf == null) {
      throw new AssertionError("the peer's unidirectional stream " + id);
    }
    return writeHalf;
  }

  /** The half that this side reads. */
  public ReadHalf readHalf() {
    if (readHalf == null) {
      throw new AssertionError("our unidirectional stream " + id);
    }
    return readHalf;
  }

  void onReadable() {
    if (readHalf != null) {
      readHalf.onReadable();
    }
  }

  void onWritable() {
    if (writeHalf != null) {
      writeHalf.onWritable();
    }
  }

  void onConnectionClosed(CloseReason reason) {
    if (writeHalf != null) {
      writeHalf.onConnectionClosed(reason);
    }
    if (readHalf != null) {
      readHalf.onConnectionClosed(reason);
    }
  }

  /** Whether no event of the engine matters to it any more. */
  boolean isOver() {
    return (writeHalf == null || writeHalf.end().isSettled())
        && (readHalf == null || readHalf.isOver());
  }

  boolean mayHoldData() {
    return readHalf != null && readHalf.mayHoldData();
  }
}
