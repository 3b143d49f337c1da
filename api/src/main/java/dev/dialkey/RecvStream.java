package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.ReadHalf;
import dev.dialkey.internal.endpoint.AsyncCalls;
import dev.dialkey.internal.machine.Machine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The receiving half of a stream.
 *
 * <p>One thread reads at a time; a second one gets an {@link IllegalStateException}. Everything
 * else may be called from any thread. Closing before the end asks the peer to stop.
 */
public final class RecvStream implements ReadableByteChannel, AutoCloseable {
  /** What the views and {@link #readAll} ask for at once. */
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Connection connection; // Keeps the connection reachable while the stream is used.
  private final long id;
  private final ReadHalf half;

  RecvStream(Connection connection, long id, ReadHalf half) {
    this.connection = connection;
    this.id = id;
    this.half = half;
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
   * Reads what is there; waits for at least one byte. Direct buffers are filled without a copy.
   *
   * @param target where to; its position advances
   * @return the number of bytes, 0 only when the buffer has no room, -1 at the end of the stream
   * @throws StreamResetException when the peer gave the stream up
   * @throws StreamFinishedException when this side stopped it before
   * @throws ConnectionClosedException when the connection is over and nothing is left to read
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  @Override
  public int read(ByteBuffer target) throws IOException {
    return read(target, Deadline.NEVER);
  }

  /**
   * As {@link #read(ByteBuffer)}, for a limited time.
   *
   * @param target where to
   * @param timeout how long to wait
   * @return as {@link #read(ByteBuffer)}
   * @throws DialkeyTimeoutException when the time is over; no byte is lost
   * @throws IOException as {@link #read(ByteBuffer)}
   */
  public int read(ByteBuffer target, Duration timeout) throws IOException {
    return read(target, Deadline.after(machine(), timeout));
  }

  /**
   * Reads into an array, as {@link #read(ByteBuffer)}.
   *
   * @param target where to
   * @return the number of bytes, or -1 at the end of the stream
   * @throws IOException as {@link #read(ByteBuffer)}
   */
  public int read(byte[] target) throws IOException {
    return receive(target, 0, target.length, Deadline.NEVER);
  }

  /**
   * Reads into a memory segment, as {@link #read(ByteBuffer)}. A native segment is filled without a
   * copy: its arena must not be closed by another thread before the call returns.
   *
   * @param target where to; filled from its beginning
   * @return the number of bytes, 0 only when the segment is empty, -1 at the end of the stream
   * @throws IOException as {@link #read(ByteBuffer)}
   */
  public long read(MemorySegment target) throws IOException {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the segment is read-only");
    }
    if (target.isNative()) {
      return receiveNative(target, Deadline.NEVER);
    }
    byte[] piece = new byte[(int) Math.min(target.byteSize(), CHUNK_BYTES)];
    int n = receive(piece, 0, piece.length, Deadline.NEVER);
    if (n > 0) {
      target.copyFrom(MemorySegment.ofArray(piece).asSlice(0, n));
    }
    return n;
  }

  /**
   * Reads what is there into a buffer of its own; waits for at least one byte.
   *
   * @param max how many bytes at most, at least 1
   * @return the bytes; empty at the end of the stream
   * @throws IOException as {@link #read(ByteBuffer)}
   */
  public Optional<ByteBuffer> readChunk(int max) throws IOException {
    if (max < 1) {
      throw new IllegalArgumentException("a chunk has at least one byte, not " + max);
    }
    byte[] chunk = new byte[Math.min(max, CHUNK_BYTES)];
    int n = receive(chunk, 0, chunk.length, Deadline.NEVER);
    return n < 0 ? Optional.empty() : Optional.of(ByteBuffer.wrap(chunk, 0, n));
  }

  /**
   * Fills an array.
   *
   * @param target where to
   * @throws EOFException when the stream ends before
   * @throws IOException as {@link #read(ByteBuffer)}
   */
  public void readFully(byte[] target) throws IOException {
    int done = 0;
    while (done < target.length) {
      int n = receive(target, done, target.length - done, Deadline.NEVER);
      if (n < 0) {
        throw new EOFException(
            "the stream ended after " + done + " of " + target.length + " bytes");
      }
      done += n;
    }
  }

  /**
   * Reads to the end of the stream.
   *
   * @param limit how many bytes to accept
   * @return the bytes
   * @throws TooLargeException when there are more; the rest is still to be read or stopped
   * @throws IOException as {@link #read(ByteBuffer)}
   */
  public byte[] readAll(int limit) throws IOException {
    if (limit < 0) {
      throw new IllegalArgumentException("the limit is negative: " + limit);
    }
    byte[] bytes = new byte[Math.min(limit, CHUNK_BYTES)];
    int size = 0;
    while (true) {
      if (size == bytes.length) {
        if (size == limit) {
          return atEndOrTooLarge(bytes, limit);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(limit, bytes.length * 2L));
      }
      int n = receive(bytes, size, bytes.length - size, Deadline.NEVER);
      if (n < 0) {
        return Arrays.copyOf(bytes, size);
      }
      size += n;
    }
  }

  /**
   * As {@link #read(ByteBuffer)}, without blocking. The buffer must be left alone meanwhile.
   *
   * @param target where to
   * @return the result to come
   */
  public CompletableFuture<Integer> readAsync(ByteBuffer target) {
    return AsyncCalls.start(machine(), connection.endpoint().executor(), () -> read(target));
  }

  /**
   * As {@link #readAll(int)}, without blocking.
   *
   * @param limit how many bytes to accept
   * @return the bytes to come
   */
  public CompletableFuture<byte[]> readAllAsync(int limit) {
    return AsyncCalls.start(machine(), connection.endpoint().executor(), () -> readAll(limit));
  }

  /**
   * Asks the peer to send no more; what was not read is dropped. Does nothing at the end of the
   * stream.
   *
   * @param code a code of the ALPN's protocol, 0 to 2^62-1
   */
  public void stop(long code) {
    SendStream.checkCode(code);
    half.stop(code);
  }

  /**
   * Completes when there is nothing more to hear of this half: with the peer's code when it has
   * given the stream up, or empty when the end was read or this side has stopped the stream.
   *
   * @return a future of the caller's own; fails with {@link ConnectionClosedException} when the
   *     connection ends first
   */
  public CompletableFuture<OptionalLong> receivedReset() {
    return half.receivedReset();
  }

  /** Stops the stream with code 0, unless its end was read. */
  @Override
  public void close() {
    if (isOpen()) { // Mostly the end was read, which shows without the connection's lock.
      half.stop(0);
    }
  }

  @Override
  public boolean isOpen() {
    return !half.isOver();
  }

  /**
   * Bytes read so far.
   *
   * @return the number
   */
  public long bytesRead() {
    return half.bytesRead();
  }

  /**
   * A {@code java.io} view. Its {@code close} is this half's {@link #close()}.
   *
   * @return the view; one thread at a time
   */
  public InputStream inputStream() {
    return new StreamInput(this);
  }

  private int read(ByteBuffer target, long deadlineNanos) throws IOException {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only");
    }
    int n;
    if (target.isDirect()) {
      n = (int) receiveNative(MemorySegment.ofBuffer(target), deadlineNanos);
    } else {
      int at = target.arrayOffset() + target.position();
      n = receive(target.array(), at, target.remaining(), deadlineNanos);
    }
    if (n > 0) {
      target.position(target.position() + n);
    }
    return n;
  }

  private long receiveNative(MemorySegment target, long deadlineNanos) throws IOException {
    SendStream.checkAccess(target);
    try {
      return half.readNative(target.address(), target.byteSize(), deadlineNanos);
    } finally {
      Reference.reachabilityFence(target); // Only its address has crossed over.
      Reference.reachabilityFence(this);
    }
  }

  /** An unreachable connection would be closed, so this stays reachable while it waits. */
  int receive(byte[] target, int offset, int length, long deadlineNanos) throws IOException {
    try {
      return half.read(target, offset, length, deadlineNanos);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private byte[] atEndOrTooLarge(byte[] bytes, int limit) throws IOException {
    if (receive(new byte[1], 0, 1, Deadline.NEVER) >= 0) {
      throw new TooLargeException(limit);
    }
    return bytes;
  }

  private Machine machine() {
    return connection.endpoint().machine();
  }
}
