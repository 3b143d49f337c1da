package dev.dialkey.bindings;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * A native QUIC connection. Not thread-safe: its owner holds one lock around every call, and calls
 * nothing after {@link #close}. A violation is an error of the native side, never a touch of freed
 * memory.
 */
public final class NativeConnection implements AutoCloseable {
  /** In {@link #receiveFlags}: the end of the stream was reached. */
  public static final int RECEIVED_END = 1;

  /** In {@link #receiveFlags}: a window update waits for a flush. */
  public static final int CREDIT_WAITS = 2;

  /** For {@link #sendDatagram}: makes room by dropping the oldest that wait. */
  public static final int DROP_OLDEST = 1;

  private static byte fin(boolean last) {
    return (byte) (last ? 1 : 0);
  }

  /** A part of an array. A slice of a segment is an object more that the compiler often keeps. */
  private static MemorySegment view(byte[] array, int offset, int length) {
    return MemorySegment.ofBuffer(ByteBuffer.wrap(array, offset, length));
  }

  private static final int KEY_BYTES = 32;
  private static final int MAX_ALPN_BYTES = 255;
  private static final int MAX_REASON_BYTES = 2_048;
  private static final int STATE_WORDS = 8;
  private static final long CODE_AT = 0;
  private static final long FLAGS_AT = 16;
  private static final long DATAGRAMS_AT = 32;

  private final long id;
  private final ResultSlots slots;
  private final MemorySegment result;
  private final NativePaths paths;
  private boolean closed;

  private NativeConnection(long id, ResultSlots slots, MemorySegment result) {
    this.id = id;
    this.slots = slots;
    this.result = result;
    this.paths = new NativePaths(id);
  }

  /**
   * Dials; nothing is sent until the first flush.
   *
   * @param peerKey 32 bytes
   * @param alpns the protocols offered, in TLS form
   */
  public static NativeConnection connect(
      NativeConfig config,
      ResultSlots slots,
      byte[] peerKey,
      byte[] alpns,
      NativeAddress local,
      NativeAddress peer,
      long nowNanos) {
    if (peerKey.length != KEY_BYTES) {
      throw new IllegalArgumentException("a public key has 32 bytes, not " + peerKey.length);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(ValueLayout.JAVA_BYTE, peerKey);
      MemorySegment list = arena.allocateFrom(ValueLayout.JAVA_BYTE, alpns);
      MemorySegment from = write(arena, local);
      MemorySegment to = write(arena, peer);
      return create(
          slots,
          out ->
              dialkey_h.dk_connect(config.id(), key, list, alpns.length, from, to, nowNanos, out));
    }
  }

  /**
   * Accepts the connection that an Initial packet asks for; the datagram is still to be fed.
   *
   * @throws NativeException also when what the peer sent is no usable Initial
   */
  public static NativeConnection accept(
      NativeConfig config,
      ResultSlots slots,
      byte[] initial,
      NativeAddress local,
      NativeAddress peer,
      long nowNanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment packet = arena.allocateFrom(ValueLayout.JAVA_BYTE, initial);
      MemorySegment to = write(arena, local);
      MemorySegment from = write(arena, peer);
      return create(
          slots,
          out -> dialkey_h.dk_accept(config.id(), packet, initial.length, to, from, nowNanos, out));
    }
  }

  interface Creation {
    int write(MemorySegment out);
  }

  /** The slot comes first and doubles as the out-parameter, so that no failure leaves an id. */
  static NativeConnection create(ResultSlots slots, Creation call) {
    MemorySegment slot = slots.take();
    int status = call.write(slot);
    if (status < 0) {
      slots.giveBack(slot);
      throw new NativeException(status, NativeLibrary.lastError());
    }
    return new NativeConnection(slot.get(ValueLayout.JAVA_LONG, 0), slots, slot);
  }

  long id() {
    return id;
  }

  /** Feeds datagrams; returns how many were taken, or a negative {@link NativeStatus}. */
  public int receive(long nowNanos, PacketBatch batch, int first, int count) {
    return batch.feed(id, nowNanos, first, count);
  }

  /** When {@link #onTimeout} is due, {@code Long.MAX_VALUE} for never. */
  public long timeoutAt(long nowNanos) {
    int status = DataPath.timeout(id, nowNanos, result.address());
    return status < 0 ? Long.MAX_VALUE : result.get(ValueLayout.JAVA_LONG, CODE_AT);
  }

  /** Lets the engine's timers fire. */
  public void onTimeout(long nowNanos) {
    dialkey_h.dk_conn_on_timeout(id, nowNanos);
  }

  /** Closes with an application code; the close frame leaves with the next flush. */
  public void closeApplication(long nowNanos, long code, byte[] reason) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, reason);
      dialkey_h.dk_conn_close(id, nowNanos, (byte) 1, code, text, reason.length);
    }
  }

  /** Flags, and how it ended. */
  public NativeState state() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, STATE_WORDS);
      int status = dialkey_h.dk_conn_state(id, out);
      if (status < 0) {
        return new NativeState(NativeState.POISONED, NativeState.Origin.NONE, 0, 0);
      }
      return new NativeState(
          (int) out.getAtIndex(ValueLayout.JAVA_LONG, 0),
          NativeState.Origin.of(out.getAtIndex(ValueLayout.JAVA_LONG, 1)),
          out.getAtIndex(ValueLayout.JAVA_LONG, 2),
          out.getAtIndex(ValueLayout.JAVA_LONG, 6));
    }
  }

  /** The peer's public key, once the handshake is complete. */
  public byte[] peerKey() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(KEY_BYTES);
      NativeStatus.check(dialkey_h.dk_conn_peer_key(id, out));
      return out.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** The protocol agreed on, once the handshake is complete. */
  public byte[] alpn() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(MAX_ALPN_BYTES);
      int length = NativeStatus.check(dialkey_h.dk_conn_alpn(id, out, MAX_ALPN_BYTES));
      return NativeMemory.written(out, length);
    }
  }

  /**
   * Keying material that both sides can derive, RFC 8446 section 7.5.
   *
   * @param label 1 to 249 bytes
   * @param context may be empty
   * @param length 1 to 8,160
   * @throws NativeException before the handshake is complete
   */
  public byte[] exportKeying(byte[] label, byte[] context, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(ValueLayout.JAVA_BYTE, label);
      MemorySegment about = arena.allocateFrom(ValueLayout.JAVA_BYTE, context);
      MemorySegment out = arena.allocate(length);
      try {
        NativeStatus.check(
            dialkey_h.dk_conn_export_keying(
                id, name, label.length, about, context.length, out, length));
        return out.toArray(ValueLayout.JAVA_BYTE);
      } finally {
        out.fill((byte) 0);
      }
    }
  }

  /** The bytes that came with the end, at most 2,048; empty when there were none. */
  public byte[] closeReason() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(MAX_REASON_BYTES);
      int length = dialkey_h.dk_conn_close_reason(id, out, MAX_REASON_BYTES);
      return NativeMemory.written(out, length);
    }
  }

  /** Totals. */
  public NativeStats stats() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, NativeStats.COUNT);
      dialkey_h.dk_conn_stats(id, out, NativeStats.COUNT);
      return new NativeStats(out.toArray(ValueLayout.JAVA_LONG));
    }
  }

  /** Its paths, which have functions of their own. */
  public NativePaths paths() {
    return paths;
  }

  // ---- streams ----

  /**
   * Gives native memory to a stream; returns bytes taken or a negative {@link NativeStatus}.
   *
   * @param last whether the data ends behind these bytes, if all are taken
   */
  public long streamSend(long nowNanos, long stream, long address, long length, boolean last) {
    return DataPath.streamSend(id, nowNanos, stream, address, length, fin(last), result.address());
  }

  /** As the other, for bytes of an array, at most 64 KiB. */
  public long streamSend(
      long nowNanos, long stream, byte[] array, int offset, int length, boolean last) {
    MemorySegment data = view(array, offset, length);
    return DataPath.streamSend(id, nowNanos, stream, data, fin(last), result.address());
  }

  /** Ends the data of a stream; 0, or a negative {@link NativeStatus}. */
  public long streamFinish(long nowNanos, long stream) {
    return streamSend(nowNanos, stream, 0, 0, true);
  }

  /**
   * Takes bytes of a stream into native memory; returns bytes or a negative {@link NativeStatus}.
   */
  public long streamReceive(long nowNanos, long stream, long address, int capacity) {
    return DataPath.streamReceive(
        id, nowNanos, stream, address, capacity, result.address() + FLAGS_AT, result.address());
  }

  /** Takes bytes of a stream, at most 64 KiB, into an array. */
  public long streamReceive(long nowNanos, long stream, byte[] array, int offset, int capacity) {
    MemorySegment data = view(array, offset, capacity);
    return DataPath.streamReceive(
        id, nowNanos, stream, data, result.address() + FLAGS_AT, result.address());
  }

  /** What the last {@code streamReceive} said beside its result. */
  public int receiveFlags() {
    return result.get(ValueLayout.JAVA_INT, FLAGS_AT);
  }

  /** The application code behind a STREAM_STOPPED or STREAM_RESET just returned. */
  public long streamErrorCode() {
    return result.get(ValueLayout.JAVA_LONG, CODE_AT);
  }

  /** RESET_STREAM. */
  public int streamReset(long nowNanos, long stream, long code) {
    return dialkey_h.dk_stream_shutdown(id, nowNanos, stream, dialkey_h.DK_SIDE_WRITE(), code);
  }

  /** STOP_SENDING. */
  public int streamStop(long nowNanos, long stream, long code) {
    return dialkey_h.dk_stream_shutdown(id, nowNanos, stream, dialkey_h.DK_SIDE_READ(), code);
  }

  /**
   * Sets a stream's urgency; makes the engine create a stream of ours that it does not know yet.
   */
  public int streamPriority(long stream, int urgency, boolean incremental) {
    return dialkey_h.dk_stream_priority(id, stream, (byte) urgency, (byte) (incremental ? 1 : 0));
  }

  /**
   * 1 when everything of a stream's sending half, its end included, was acknowledged, or the half
   * was reset or stopped; else {@link NativeStatus#DONE}, and {@link NativeEvent#STREAM_ACKED}
   * comes once it is so; or another negative {@link NativeStatus}.
   */
  public int streamAcked(long stream) {
    return dialkey_h.dk_stream_acked(id, stream);
  }

  // ---- datagrams ----

  /**
   * Queues a datagram from native memory.
   *
   * @param flags 0 or {@link #DROP_OLDEST}
   * @return 0; {@link NativeStatus#DONE} when the queue is full, then {@link
   *     NativeEvent#DATAGRAM_WRITABLE} follows; {@link NativeStatus#LIMIT} when it is too long,
   *     {@link NativeStatus#STATE} when the peer takes none, or another negative status
   */
  public int sendDatagram(long nowNanos, long address, long length, int flags) {
    return DataPath.datagramSend(id, nowNanos, address, length, flags);
  }

  /** As {@link #sendDatagram(long, long, long, int)}, from an array. */
  public int sendDatagram(long nowNanos, byte[] array, int offset, int length, int flags) {
    MemorySegment data = view(array, offset, length);
    return DataPath.datagramSend(id, nowNanos, data, flags);
  }

  /**
   * Takes the oldest datagram into native memory.
   *
   * @return its length; {@link NativeStatus#DONE} when there is none; {@link NativeStatus#BUFFER}
   *     when it is longer than that, and then it stays; or another negative status
   */
  public int receiveDatagram(long address, long capacity) {
    return DataPath.datagramReceive(id, address, capacity);
  }

  /** As {@link #receiveDatagram(long, long)}, into an array. */
  public int receiveDatagram(byte[] array, int offset, int capacity) {
    return DataPath.datagramReceive(id, view(array, offset, capacity));
  }

  /** What can be sent and what waits; all zero when the native object is gone. */
  public NativeDatagrams datagramState() {
    MemorySegment out = result.asSlice(DATAGRAMS_AT);
    if (DataPath.datagramState(id, out.address()) < 0) {
      return new NativeDatagrams(0, 0, 0, 0);
    }
    return new NativeDatagrams(
        (int) out.getAtIndex(ValueLayout.JAVA_LONG, 0),
        out.getAtIndex(ValueLayout.JAVA_LONG, 1),
        (int) out.getAtIndex(ValueLayout.JAVA_LONG, 2),
        (int) out.getAtIndex(ValueLayout.JAVA_LONG, 3));
  }

  /** Frees it, without telling the peer. Closing again does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    NativeStatus.check(dialkey_h.dk_conn_free(id));
    closed = true;
    slots.giveBack(result);
  }

  static MemorySegment write(Arena arena, NativeAddress address) {
    MemorySegment segment = arena.allocate(NativeAddress.BYTES, 8);
    address.write(segment, 0);
    return segment;
  }
}
