package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dk_event;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Events of a connection, fetched in one call. Used by one thread at a time. */
public final class EventBatch {
  private static final int MAX_EVENTS = 256;
  private static final int SIDE_BYTES = 4_096;

  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final long RECORD = dk_event.sizeof();
  private static final long KIND = dk_event.kind$offset();
  private static final long PATH = dk_event.path$offset();
  private static final long A = dk_event.a$offset();
  private static final long B = dk_event.b$offset();
  private static final long LOCAL = dk_event.local$offset();
  private static final long PEER = dk_event.peer$offset();
  private static final long OFF = dk_event.off$offset();
  private static final long LEN = dk_event.len$offset();

  private final MemorySegment records;
  private final MemorySegment side;

  EventBatch(NativeMemory memory) {
    records = memory.allocate(RECORD * MAX_EVENTS);
    side = memory.allocate(SIDE_BYTES);
  }

  /**
   * Fetches what has happened since the last call.
   *
   * @return events, or a negative {@link NativeStatus}
   */
  public int fetchFrom(NativeConnection connection) {
    return DataPath.events(
        connection.id(), records.address(), MAX_EVENTS, side.address(), SIDE_BYTES);
  }

  /** Whether a fetch that returned {@code count} may have left events behind. */
  public boolean mayHaveMore(int count) {
    return count == MAX_EVENTS;
  }

  /** The kind of event {@code i}, one of {@link NativeEvent}. */
  public int kind(int i) {
    return records.get(ValueLayout.JAVA_INT, i * RECORD + KIND);
  }

  /** First argument of event {@code i}. */
  public long a(int i) {
    return records.get(ValueLayout.JAVA_LONG, i * RECORD + A);
  }

  /** Second argument of event {@code i}. */
  public long b(int i) {
    return records.get(ValueLayout.JAVA_LONG, i * RECORD + B);
  }

  /** The path of event {@code i}, 0 without multipath. */
  public long path(int i) {
    return Integer.toUnsignedLong(records.get(ValueLayout.JAVA_INT, i * RECORD + PATH));
  }

  /** A copy of the payload of event {@code i}. */
  public byte[] payload(int i) {
    int off = records.get(ValueLayout.JAVA_INT, i * RECORD + OFF);
    int length = records.get(ValueLayout.JAVA_INT, i * RECORD + LEN);
    return side.asSlice(off, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Our address in event {@code i}. */
  public NativeAddress local(int i) {
    return NativeAddress.read(records, i * RECORD + LOCAL);
  }

  /** The peer's address in event {@code i}. */
  public NativeAddress peer(int i) {
    return NativeAddress.read(records, i * RECORD + PEER);
  }

  /** The connection id that is the payload of event {@code i}. */
  public long connectionId(int i) {
    int off = records.get(ValueLayout.JAVA_INT, i * RECORD + OFF);
    return side.get(BIG_ENDIAN_LONG, off);
  }
}
