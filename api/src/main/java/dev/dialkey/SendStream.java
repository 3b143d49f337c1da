package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.WriteHalf;
import dev.dialkey.internal.endpoint.AsyncCalls;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The sending half of a stream.
 *
 * <p>One thread writes at a time; a second one gets an {@link IllegalStateException}. Everything
 * else may be called from any thread. Closing without {@link #finish()} resets the stream with code
 * 0: after an exception the peer must not take half of the data for all of it. A code of your own
 * needs a {@link #reset} inside the try-with-resources block, for its catch clauses run after the
 * closing.
 */
public final class SendStream implements GatheringByteChannel, AutoCloseable {
  /** RFC 9000 section 16: codes are 62-bit numbers. */
  private static final long MAX_CODE = (1L << 62) - 1;

  /** Bytes that cannot be passed on as they are, are copied in pieces of this size. */
  private static final int COPY_BYTES = 64 * 1024;

  private final Connection connection; // Keeps the connection reachable while the stream is used.
  private final long id;
  private final WriteHalf half;
  private final StreamOutput output;

  SendStream(Connection connection, long id, WriteHalf half) {
    this.connection = connection;
    this.id = id;
    this.half = half;
    this.output = new StreamOutput(this);
  }

  /**
   * The stream's id, RFC 9000 section 2.1.
   *
   * @return the id
   */
  public long id() {
    return id;
  }

  /**
   * The connection the stream belongs to.
   *
   * @return the connection
   */
  public Connection connection() {
    return connection;
  }

  /**
   * Writes all remaining bytes; waits while flow control or the congestion window hold them back.
   * Direct buffers are passed on without a copy.
   *
   * @param source the bytes; its position advances to the limit, or by what was taken when it
   *     throws
   * @return the number of bytes
   * @throws StreamStoppedException when the peer wants no more
   * @throws StreamFinishedException when this half was ended before
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted; how much was
   *     taken is in its {@code bytesTransferred}
   */
  @Override
  public int write(ByteBuffer source) throws IOException {
    return write(source, false, Deadline.NEVER);
  }

  /**
   * As {@link #write(ByteBuffer)}, for a limited time.
   *
   * @param source the bytes
   * @param timeout how long to wait
   * @return the number of bytes
   * @throws DialkeyTimeoutException when the time is over; the buffer's position tells how many
   *     bytes were taken
   * @throws IOException as {@link #write(ByteBuffer)}
   */
  public int write(ByteBuffer source, Duration timeout) throws IOException {
    return write(source, false, Deadline.after(machine(), timeout));
  }

  /**
   * Writes all bytes of an array, as {@link #write(ByteBuffer)}.
   *
   * @param bytes the bytes
   * @throws IOException as {@link #write(ByteBuffer)}
   */
  public void write(byte[] bytes) throws IOException {
    output.push(Deadline.NEVER);
    send(bytes, 0, bytes.length, false, Deadline.NEVER);
  }

  /**
   * Writes a whole memory segment, as {@link #write(ByteBuffer)}. A native segment is passed on
   * without a copy: its arena must not be closed by another thread before the call returns.
   *
   * @param source the bytes
   * @throws IOException as {@link #write(ByteBuffer)}
   */
  public void write(MemorySegment source) throws IOException {
    output.push(Deadline.NEVER);
    if (source.isNative()) {
      sendNative(source, false, Deadline.NEVER);
    } else {
      sendCopies(source);
    }
  }

  /**
   * Writes all remaining bytes of several buffers, as {@link #write(ByteBuffer)} for each in turn.
   *
   * @param sources the bytes
   * @return the number of bytes
   * @throws IOException as {@link #write(ByteBuffer)}
   */
  @Override
  public long write(ByteBuffer[] sources) throws IOException {
    return write(sources, 0, sources.length);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    long written = 0;
    for (int i = offset; i < offset + length; i++) {
      written += write(sources[i]);
    }
    return written;
  }

  /**
   * Writes what is taken without waiting.
   *
   * @param source the bytes; its position advances by what was taken
   * @return the number of bytes taken, possibly 0
   * @throws IOException as {@link #write(ByteBuffer)}, but for waiting
   */
  public int tryWrite(ByteBuffer source) throws IOException {
    if (!output.tryPush()) {
      return 0; // Bytes of the view come first.
    }
    byte[] bytes = new byte[Math.min(source.remaining(), COPY_BYTES)];
    source.duplicate().get(bytes);
    int taken = half.tryWrite(bytes, 0, bytes.length);
    source.position(source.position() + taken);
    return taken;
  }

  /**
   * As {@link #write(ByteBuffer)}, without blocking. The buffer must be left alone meanwhile.
   *
   * @param source the bytes
   * @return the number of bytes to come
   */
  public CompletableFuture<Integer> writeAsync(ByteBuffer source) {
    return AsyncCalls.start(machine(), connection.endpoint().executor(), () -> write(source));
  }

  /**
   * Ends the data: the peer reads to here and then sees the end. Does not wait for that; waits only
   * while bytes that the {@link #outputStream()} view has gathered find no room.
   *
   * @throws StreamStoppedException when the peer wants no more
   * @throws StreamFinishedException when this half was ended before
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public void finish() throws IOException {
    output.push(Deadline.NEVER);
    half.finish();
  }

  /**
   * Writes all remaining bytes and ends the data, as {@link #write(ByteBuffer)} and {@link
   * #finish()} together: the end travels with the last bytes, and a short message takes one packet.
   *
   * @param last the bytes; its position advances as with {@link #write(ByteBuffer)}
   * @throws IOException as {@link #write(ByteBuffer)}; the data is not ended then
   */
  public void finish(ByteBuffer last) throws IOException {
    write(last, true, Deadline.NEVER);
  }

  /**
   * Completes when there is nothing more to hear of this half: with the peer's code when it wants
   * no more, or empty when the peer's QUIC has acknowledged everything after {@link #finish()}, or
   * when this side has reset the stream. That the peer's application has read it, only the
   * application can tell. A stop that came after the end and before anyone asked shows as empty.
   *
   * @return a future of the caller's own; fails with {@link ConnectionClosedException} when the
   *     connection ends first
   */
  public CompletableFuture<OptionalLong> stopped() {
    return half.stopped();
  }

  /**
   * Waits after {@link #finish()} until the peer's QUIC has acknowledged everything. That the
   * peer's application has read it, only the application can tell. A peer that has all it wants may
   * close the connection before its acknowledgement is on its way; only the protocol of the ALPN
   * says whether its code means that.
   *
   * @param timeout how long to wait
   * @throws StreamStoppedException when the peer wants no more
   * @throws DialkeyTimeoutException when the time is over
   * @throws ConnectionClosedException when the connection ends first
   * @throws IllegalStateException before {@link #finish()}, or after a reset
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public void awaitAcked(Duration timeout) throws IOException {
    if (!half.isFinished()) {
      throw new IllegalStateException("finish() comes first");
    }
    try {
      OptionalLong code =
          AsyncCalls.await(machine(), half.stopped(), timeout, "wait for acknowledgements");
      if (code.isPresent()) {
        throw new StreamStoppedException(code.getAsLong());
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Gives the stream up: the peer's reads throw with this code. Does nothing when this half was
   * ended before.
   *
   * @param code a code of the ALPN's protocol, 0 to 2^62-1
   */
  public void reset(long code) {
    checkCode(code);
    half.reset(code);
  }

  /** Resets the stream with code 0, unless it was finished. */
  @Override
  public void close() {
    if (isOpen()) { // Mostly it was finished, which shows without the connection's lock.
      half.reset(0);
    }
  }

  @Override
  public boolean isOpen() {
    return !half.isOver();
  }

  /**
   * The {@code java.io} view, one and the same at each call. It gathers small writes; {@code flush}
   * sends them, and so does every write or {@link #finish()} past the view. Its {@code close}
   * finishes the stream, as {@code java.io} has it: in a try-with-resources block an exception then
   * looks to the peer like a normal end. Use this half's own {@link #close()} where that matters.
   *
   * @return the view; one thread at a time
   */
  public OutputStream outputStream() {
    return output;
  }

  /**
   * Sets which streams of the connection go first when it cannot send everything at once: those of
   * a larger number. Streams of one number take turns.
   *
   * @param priority -128 to 127; 0 by default
   */
  public void priority(int priority) {
    if (priority < Byte.MIN_VALUE || priority > Byte.MAX_VALUE) {
      throw new IllegalArgumentException("a priority is -128 to 127, not " + priority);
    }
    half.priority(priority);
  }

  /**
   * The stream's priority.
   *
   * @return the number set last, else 0
   */
  public int priority() {
    return half.priority();
  }

  private int write(ByteBuffer source, boolean last, long deadlineNanos) throws IOException {
    output.push(deadlineNanos);
    int length = source.remaining();
    int start = source.position();
    try {
      writeAll(source, length, last, deadlineNanos);
    } catch (IOException e) {
      source.position(start + (int) half.takenOfLastWrite());
      throw e;
    }
    source.position(source.limit());
    return length;
  }

  private void writeAll(ByteBuffer source, int length, boolean last, long deadlineNanos)
      throws IOException {
    if (source.isDirect()) {
      sendNative(MemorySegment.ofBuffer(source), last, deadlineNanos);
    } else if (source.hasArray()) {
      int at = source.arrayOffset() + source.position();
      send(source.array(), at, length, last, deadlineNanos);
    } else {
      byte[] copy = new byte[length]; // A read-only buffer hides its array.
      source.duplicate().get(copy);
      send(copy, 0, length, last, deadlineNanos);
    }
  }

  private void sendCopies(MemorySegment source) throws IOException {
    byte[] piece = new byte[(int) Math.min(source.byteSize(), COPY_BYTES)];
    for (long at = 0; at < source.byteSize(); at += piece.length) {
      int length = (int) Math.min(source.byteSize() - at, piece.length);
      MemorySegment.ofArray(piece).copyFrom(source.asSlice(at, length));
      send(piece, 0, length, false, Deadline.NEVER);
    }
  }

  private void sendNative(MemorySegment source, boolean last, long deadlineNanos)
      throws IOException {
    checkAccess(source);
    try {
      half.writeNative(source.address(), source.byteSize(), last, deadlineNanos);
    } finally {
      Reference.reachabilityFence(source); // Only its address has crossed over.
      Reference.reachabilityFence(this);
    }
  }

  /** Sends past the view. An unreachable connection would be closed, so this stays reachable. */
  void send(byte[] bytes, int offset, int length, boolean last, long deadlineNanos)
      throws IOException {
    try {
      half.write(bytes, offset, length, last, deadlineNanos);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  WriteHalf half() {
    return half;
  }

  /** What {@link MemorySegment} checks at each access, and nobody where only its address counts. */
  static void checkAccess(MemorySegment segment) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the memory's arena is closed");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException("the memory's arena belongs to another thread");
    }
  }

  static void checkCode(long code) {
    if (code < 0 || code > MAX_CODE) {
      throw new IllegalArgumentException("a code is 0 to 2^62-1, not " + code);
    }
  }

  private Machine machine() {
    return connection.endpoint().machine();
  }
}
