package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dk_rx;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Received datagrams: a slab that is filled by one call and the records that tell what lies where.
 * Owned by one loop thread.
 */
public final class PacketBatch {
  /** Super-datagrams per call, 64 KiB each. */
  private static final int SUPER_DATAGRAMS = 32;

  private static final int SUPER_BYTES = 65_536;

  private static final int MAX_PER_SUPER = 64;

  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt BIG_ENDIAN_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final long RECORD = dk_rx.sizeof();
  private static final long OFF = dk_rx.off$offset();
  private static final long LEN = dk_rx.len$offset();
  private static final long FROM = dk_rx.from$offset();
  private static final long TO = dk_rx.to$offset();

  private final MemorySegment slab;
  private final MemorySegment records;
  private final int maxDatagrams;
  private int size;

  private PacketBatch(NativeMemory memory, int superDatagrams, int maxDatagrams) {
    this.slab = memory.allocate(superDatagrams * (long) SUPER_BYTES);
    this.records = memory.allocate(RECORD * maxDatagrams);
    this.maxDatagrams = maxDatagrams;
  }

  static PacketBatch forSocket(NativeMemory memory) {
    return new PacketBatch(memory, SUPER_DATAGRAMS, SUPER_DATAGRAMS * MAX_PER_SUPER);
  }

  static PacketBatch forFew(NativeMemory memory) {
    return new PacketBatch(memory, 1, MAX_PER_SUPER);
  }

  static PacketBatch forOne(NativeMemory memory) {
    return new PacketBatch(memory, 1, 1);
  }

  /** Datagrams in it. */
  public int size() {
    return size;
  }

  /** Bytes of datagram {@code i}. */
  public int length(int i) {
    return records.get(ValueLayout.JAVA_INT, i * RECORD + LEN);
  }

  /** The byte at {@code at} of datagram {@code i}, unsigned; the caller checks the length. */
  public int byteAt(int i, int at) {
    return Byte.toUnsignedInt(slab.get(ValueLayout.JAVA_BYTE, offset(i) + at));
  }

  /** The 4 bytes at {@code at} of datagram {@code i}, big-endian. */
  public int intAt(int i, int at) {
    return slab.get(BIG_ENDIAN_INT, offset(i) + at);
  }

  /** The 8 bytes at {@code at} of datagram {@code i}, big-endian. */
  public long longAt(int i, int at) {
    return slab.get(BIG_ENDIAN_LONG, offset(i) + at);
  }

  /** A copy of bytes of datagram {@code i}. */
  public byte[] copy(int i, int at, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(slab, ValueLayout.JAVA_BYTE, offset(i) + at, bytes, 0, length);
    return bytes;
  }

  /** Where datagram {@code i} came from. */
  public NativeAddress from(int i) {
    return NativeAddress.read(records, i * RECORD + FROM);
  }

  /** The local address datagram {@code i} arrived at. */
  public NativeAddress to(int i) {
    return NativeAddress.read(records, i * RECORD + TO);
  }

  /** Whether datagram {@code i} came from the address. */
  public boolean isFrom(int i, NativeAddress address) {
    return address.isAt(records, i * RECORD + FROM);
  }

  /** Replaces the addresses of datagram {@code i}, as the engine is to see them. */
  public void readdress(int i, NativeAddress from, NativeAddress to) {
    from.write(records, i * RECORD + FROM);
    to.write(records, i * RECORD + TO);
  }

  /** Puts one datagram into the batch, in place of all others. */
  public void setSingle(byte[] datagram, NativeAddress from, NativeAddress to) {
    if (datagram.length > 65_535) {
      throw new IllegalArgumentException("no UDP datagram is that long: " + datagram.length);
    }
    MemorySegment.copy(datagram, 0, slab, ValueLayout.JAVA_BYTE, 0, datagram.length);
    records.asSlice(0, RECORD).fill((byte) 0);
    records.set(ValueLayout.JAVA_INT, LEN, datagram.length);
    readdress(0, from, to);
    size = 1;
  }

  /** Empties it. */
  public void clear() {
    size = 0;
  }

  /** Adds one datagram; false when there is no room for it. */
  public boolean add(byte[] datagram, NativeAddress from, NativeAddress to) {
    long start = size == 0 ? 0 : offset(size - 1) + length(size - 1);
    if (size == maxDatagrams || slab.byteSize() - start < datagram.length) {
      return false;
    }
    MemorySegment.copy(datagram, 0, slab, ValueLayout.JAVA_BYTE, start, datagram.length);
    records.asSlice(size * RECORD, RECORD).fill((byte) 0);
    records.set(ValueLayout.JAVA_INT, size * RECORD + OFF, (int) start);
    records.set(ValueLayout.JAVA_INT, size * RECORD + LEN, datagram.length);
    readdress(size, from, to);
    size++;
    return true;
  }

  int receiveFrom(long socket) {
    int n =
        DataPath.udpReceive(
            socket, slab.address(), slab.byteSize(), records.address(), maxDatagrams);
    size = Math.max(n, 0);
    return n;
  }

  int feed(long connection, long nowNanos, int first, int count) {
    // The native side cannot know where the records end.
    Objects.checkFromIndexSize(first, count, size);
    return DataPath.receive(
        connection,
        nowNanos,
        slab.address(),
        slab.byteSize(),
        records.address() + first * RECORD,
        count);
  }

  MemorySegment datagram(int i) {
    return slab.asSlice(offset(i), length(i));
  }

  private long offset(int i) {
    return Integer.toUnsignedLong(records.get(ValueLayout.JAVA_INT, i * RECORD + OFF));
  }
}
