package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A UDP socket of the system, with many datagrams per call. */
public final class NativeSocket implements UdpSocket {
  /** Longer waits are cut: nothing is lost by waking once an hour. */
  public static final long LONGEST_WAIT_NANOS = 3_600_000_000_000L;

  private static final int READABLE = 1;
  private static final int WRITABLE = 2;
  private static final int GRANTED_VALUES = 4;

  private final long id;
  private final NativeAddress bound;
  private final long[] granted;
  private final AtomicBoolean closed = new AtomicBoolean();

  private NativeSocket(long id, NativeAddress bound, long[] granted) {
    this.id = id;
    this.bound = bound;
    this.granted = granted;
  }

  /** Binds a socket without flags. */
  public static NativeSocket open(InetSocketAddress address) throws IOException {
    return open(address, EnumSet.noneOf(Flag.class));
  }

  /**
   * Binds a socket with buffers of 4 MiB, as far as the system grants them.
   *
   * @throws IOException when the system refuses; the message names its reason
   */
  public static NativeSocket open(InetSocketAddress address, Set<Flag> wanted) throws IOException {
    int flags = wanted.stream().mapToInt(flag -> flag.bit).sum();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bind = arena.allocate(NativeAddress.BYTES, 8);
      NativeAddress.of(address).write(bind, 0);
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment bound = arena.allocate(NativeAddress.BYTES, 8);
      MemorySegment granted = arena.allocate(ValueLayout.JAVA_LONG, GRANTED_VALUES);
      int status = dialkey_h.dk_udp_open(bind, flags, 0, 0, out, bound, granted);
      if (status < 0) {
        throw new IOException(NativeLibrary.lastError());
      }
      return new NativeSocket(
          out.get(ValueLayout.JAVA_LONG, 0),
          NativeAddress.read(bound, 0),
          granted.toArray(ValueLayout.JAVA_LONG));
    }
  }

  @Override
  public NativeAddress boundAddress() {
    return bound;
  }

  @Override
  public PacketBatch newBatch(NativeMemory memory) {
    return PacketBatch.forSocket(memory);
  }

  /** What the kernel granted. */
  @Override
  public long receiveBufferBytes() {
    return granted[0];
  }

  /** Send buffer that the kernel granted, in bytes. */
  public long sendBufferBytes() {
    return granted[1];
  }

  /** Datagrams that one system call sends; 1 without segmentation offload. */
  public long maxSendSegments() {
    return granted[2];
  }

  /** Datagrams that one buffer receives; 1 without receive offload. */
  public long maxReceiveSegments() {
    return granted[3];
  }

  /** Waits for at most {@link #LONGEST_WAIT_NANOS}. */
  @Override
  public int await(long timeoutNanos, boolean alsoWritable) {
    int interest = alsoWritable ? READABLE | WRITABLE : READABLE;
    long nanos = Math.clamp(timeoutNanos, 0, LONGEST_WAIT_NANOS);
    return NativeStatus.check(dialkey_h.dk_udp_wait(id, nanos, interest));
  }

  /** Whether the result of {@link #await} says that datagrams wait. */
  public static boolean isReadable(int ready) {
    return (ready & READABLE) != 0;
  }

  /** Whether the result of {@link #await} says that there is room to send. */
  public static boolean isWritable(int ready) {
    return (ready & WRITABLE) != 0;
  }

  @Override
  public void wake() {
    dialkey_h.dk_udp_wake(id);
  }

  @Override
  public int receive(PacketBatch batch) {
    int n = NativeStatus.checkOrDone(batch.receiveFrom(id));
    return Math.max(n, 0);
  }

  @Override
  public int send(TransmitBatch batch, int first, int count) {
    return batch.sendTo(id, first, count);
  }

  @Override
  public NativeSocketStats stats() {
    try (Arena arena = Arena.ofConfined()) {
      int count = dialkey_h.DK_UDP_STAT_COUNT();
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, count);
      NativeStatus.check(dialkey_h.dk_udp_stats(id, out, count));
      return new NativeSocketStats(
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_RX_DATAGRAMS()),
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_RX_BYTES()),
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_RX_TRUNCATED()),
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_TX_DATAGRAMS()),
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_TX_BYTES()),
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_TX_ERRORS()),
          out.getAtIndex(ValueLayout.JAVA_LONG, dialkey_h.DK_UDP_TX_WOULD_BLOCK()));
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      NativeStatus.check(dialkey_h.dk_udp_close(id));
    }
  }

  /** What a socket can be opened with. */
  public enum Flag {
    /** Other such sockets of this user may have the same port. */
    SHARED_PORT(dialkey_h.DK_UDP_REUSEPORT()),
    /** One datagram per system call on sending. */
    NO_SEGMENTATION(dialkey_h.DK_UDP_NO_GSO());

    private final int bit;

    Flag(int bit) {
      this.bit = bit;
    }
  }
}
