package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dk_tx;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Packets ready to be sent: one buffer and entries of up to 64 datagrams to one destination. Used
 * by one thread at a time.
 */
public final class TransmitBatch {
  /**
   * One send with segmentation offload, which takes 65,507 bytes, and no more: the few packets that
   * a larger buffer would hold beyond it would cost a system call of their own in each batch.
   */
  public static final int MAX_BYTES = 65_536;

  private static final int MAX_ENTRIES = 64;

  /** The engine stops when the largest packet it may make does not fit any more. */
  private static final int ROOM_FOR_ANY_PACKET = 4_096;

  private static final int ALL_PATHS = 0;

  private static final long RECORD = dk_tx.sizeof();
  private static final long OFF = dk_tx.off$offset();
  private static final long LEN = dk_tx.len$offset();
  private static final long SEG = dk_tx.seg$offset();
  private static final long FROM = dk_tx.from$offset();
  private static final long TO = dk_tx.to$offset();

  private final MemorySegment buffer;
  private final MemorySegment records;
  private final MemorySegment sent;
  private int size;
  private int limit = MAX_BYTES;

  TransmitBatch(NativeMemory memory) {
    buffer = memory.allocate(MAX_BYTES);
    records = memory.allocate(RECORD * MAX_ENTRIES);
    sent = memory.allocate(Integer.BYTES);
  }

  /**
   * Takes packets out of the connection until there are none or the buffer is full.
   *
   * @return entries, 0 when there is nothing to send, or a negative {@link NativeStatus}
   */
  public int fillFrom(NativeConnection connection, long nowNanos) {
    return fillFrom(connection, nowNanos, MAX_BYTES);
  }

  /**
   * Takes packets out of the connection until there are none or no other is sure to fit.
   *
   * @param maxBytes of all packets together, up to {@link #MAX_BYTES}
   * @return entries, 0 when there is nothing to send, or a negative {@link NativeStatus}
   */
  public int fillFrom(NativeConnection connection, long nowNanos, int maxBytes) {
    limit = Objects.checkIndex(maxBytes, MAX_BYTES + 1);
    int n =
        DataPath.send(
            connection.id(),
            nowNanos,
            ALL_PATHS,
            buffer.address(),
            limit,
            records.address(),
            MAX_ENTRIES);
    size = Math.max(n, 0);
    return n;
  }

  /** Puts one datagram into the batch, in place of all others. */
  public void setSingle(byte[] datagram, NativeAddress from, NativeAddress to) {
    if (datagram.length > 65_535) {
      throw new IllegalArgumentException("no UDP datagram is that long: " + datagram.length);
    }
    MemorySegment.copy(datagram, 0, buffer, ValueLayout.JAVA_BYTE, 0, datagram.length);
    records.asSlice(0, RECORD).fill((byte) 0);
    records.set(ValueLayout.JAVA_INT, LEN, datagram.length);
    from.write(records, FROM);
    to.write(records, TO);
    size = 1;
  }

  /** Entries in it. */
  public int size() {
    return size;
  }

  /** The datagrams of entry {@code i}, each a copy; for tests that stand in for a socket. */
  public List<byte[]> datagrams(int i) {
    int offset = records.get(ValueLayout.JAVA_INT, i * RECORD + OFF);
    int left = records.get(ValueLayout.JAVA_INT, i * RECORD + LEN);
    int segment = records.get(ValueLayout.JAVA_INT, i * RECORD + SEG);
    List<byte[]> datagrams = new ArrayList<>();
    while (left > 0) {
      int length = segment == 0 ? left : Math.min(left, segment);
      datagrams.add(buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
      offset += length;
      left -= length;
    }
    return datagrams;
  }

  /** Destination of entry {@code i}. */
  public NativeAddress to(int i) {
    return NativeAddress.read(records, i * RECORD + TO);
  }

  /** Whether entry {@code i} goes there; makes no object. */
  public boolean isTo(int i, NativeAddress destination) {
    return destination.isAt(records, i * RECORD + TO);
  }

  /** Whether entry {@code i} is to come from there; makes no object. */
  public boolean isFrom(int i, NativeAddress local) {
    return local.isAt(records, i * RECORD + FROM);
  }

  /** Local address that entry {@code i} is to come from. */
  public NativeAddress from(int i) {
    return NativeAddress.read(records, i * RECORD + FROM);
  }

  /** Sends entry {@code i} elsewhere, from whatever local address the system picks. */
  public void redirect(int i, NativeAddress destination) {
    NativeAddress.NONE.write(records, i * RECORD + FROM);
    destination.write(records, i * RECORD + TO);
  }

  /** Whether the last {@link #fillFrom} may have left packets behind for lack of room. */
  public boolean mayBeCutShort() {
    if (size == 0) {
      return false;
    }
    long last = (size - 1) * RECORD;
    int end =
        records.get(ValueLayout.JAVA_INT, last + OFF)
            + records.get(ValueLayout.JAVA_INT, last + LEN);
    return size == MAX_ENTRIES || limit - end < ROOM_FOR_ANY_PACKET;
  }

  /** Sends entries; returns how many the system took or refused for good. */
  int sendTo(long socket, int first, int count) {
    // The native side cannot know where the records end.
    Objects.checkFromIndexSize(first, count, size);
    sent.set(ValueLayout.JAVA_INT, 0, 0);
    DataPath.udpSend(
        socket,
        buffer.address(),
        MAX_BYTES,
        records.address() + first * RECORD,
        count,
        sent.address());
    return sent.get(ValueLayout.JAVA_INT, 0);
  }
}
