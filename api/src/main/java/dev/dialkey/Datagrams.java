package dev.dialkey;

import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.PeerDatagrams;
import dev.dialkey.internal.endpoint.AsyncCalls;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * The datagrams of a connection (RFC 9221): as safe as its streams, but neither repeated when they
 * are lost nor kept in order. Both sides keep a bounded number; see {@link
 * TransportOptions#datagramReceiveBuffer()} and {@link TransportOptions#datagramSendBuffer()}. What
 * is dropped is counted in {@link ConnectionStats}.
 *
 * <p>Thread-safe. Waiting calls end with {@link ConnectionClosedException} when the connection
 * does.
 */
public final class Datagrams {
  private final Connection connection;
  private final PeerDatagrams core;

  Datagrams(Connection connection, PeerDatagrams core) {
    this.connection = connection;
    this.core = core;
  }

  /**
   * The longest datagram that can be sent now; it changes with the path.
   *
   * @return bytes; empty when the peer takes none, or the connection is over
   */
  public OptionalInt maxSize() {
    return core.maxSize();
  }

  /**
   * Room in the send buffer.
   *
   * @return bytes; 0 once the connection is over
   */
  public long sendBufferSpace() {
    return core.sendSpace();
  }

  /**
   * Sends a datagram without waiting: when the send buffer is full, the oldest one in it is dropped
   * for this one.
   *
   * @param source the bytes; its position advances to the limit
   * @throws DatagramTooLargeException when it is longer than {@link #maxSize()}
   * @throws DatagramsUnsupportedException when the peer takes none
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException never of another kind
   */
  public void send(ByteBuffer source) throws IOException {
    core.send(bytes(source));
    source.position(source.limit());
  }

  /**
   * Sends a datagram; waits while the send buffer is full, so that old ones go before new ones.
   *
   * @param source the bytes; its position advances to the limit
   * @throws IOException as {@link #send}; an {@link java.io.InterruptedIOException} when
   *     interrupted
   */
  public void sendBlocking(ByteBuffer source) throws IOException {
    sendBlocking(source, Deadline.NEVER);
  }

  /**
   * As {@link #sendBlocking(ByteBuffer)}, for a limited time.
   *
   * @param source the bytes
   * @param timeout how long to wait
   * @throws DialkeyTimeoutException when the time is over; nothing was sent
   * @throws IOException as {@link #sendBlocking(ByteBuffer)}
   */
  public void sendBlocking(ByteBuffer source, Duration timeout) throws IOException {
    sendBlocking(source, Deadline.after(machine(), timeout));
  }

  /**
   * As {@link #sendBlocking(ByteBuffer)}, without blocking. The buffer must be left alone
   * meanwhile.
   *
   * @param source the bytes
   * @return completes when it is in the send buffer
   */
  @SuppressWarnings("NullAway") // The value of a Void future is null.
  public CompletableFuture<Void> sendAsync(ByteBuffer source) {
    return AsyncCalls.start(
        machine(),
        connection.endpoint().executor(),
        () -> {
          sendBlocking(source);
          return null;
        });
  }

  /**
   * Sends as many datagrams as the send buffer has room for, in one go and without waiting.
   *
   * @param sources the datagrams; the positions of those that are sent advance
   * @return how many, from the first on
   * @throws DatagramTooLargeException when one of them is too long; none is sent then
   * @throws IOException as {@link #send}
   */
  public int sendMany(List<ByteBuffer> sources) throws IOException {
    int sent = core.sendMany(sources.stream().map(Datagrams::bytes).toList());
    sources.subList(0, sent).forEach(source -> source.position(source.limit()));
    return sent;
  }

  /**
   * Waits for the next datagram.
   *
   * @return its bytes
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public ByteBuffer read() throws IOException {
    return read(Deadline.NEVER);
  }

  /**
   * As {@link #read()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return its bytes; empty when none came
   * @throws IOException as {@link #read()}
   */
  public Optional<ByteBuffer> poll(Duration timeout) throws IOException {
    try {
      return Optional.of(read(Deadline.after(machine(), timeout)));
    } catch (DialkeyTimeoutException e) {
      return Optional.empty();
    }
  }

  /**
   * As {@link #read()}, without blocking.
   *
   * @return its bytes to come
   */
  public CompletableFuture<ByteBuffer> readAsync() {
    return AsyncCalls.start(machine(), connection.endpoint().executor(), this::read);
  }

  /**
   * Waits for a datagram and takes those that wait behind it, one for each buffer.
   *
   * @param targets where to; the positions of those that are filled advance
   * @return how many
   * @throws java.nio.BufferOverflowException when the first datagram does not fit its buffer; it
   *     waits for another call
   * @throws IOException as {@link #read()}
   */
  public int readMany(ByteBuffer[] targets) throws IOException {
    for (ByteBuffer target : targets) { // Before any is taken, which would be lost.
      if (target.isReadOnly()) {
        throw new IllegalArgumentException("a buffer is read-only");
      }
    }
    try {
      return core.readMany(targets);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private ByteBuffer read(long deadlineNanos) throws IOException {
    try {
      return ByteBuffer.wrap(core.read(deadlineNanos));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void sendBlocking(ByteBuffer source, long deadlineNanos) throws IOException {
    try {
      core.sendBlocking(bytes(source), deadlineNanos);
      source.position(source.limit());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private static byte[] bytes(ByteBuffer source) {
    byte[] bytes = new byte[source.remaining()];
    source.get(source.position(), bytes);
    return bytes;
  }

  private Machine machine() {
    return connection.endpoint().machine();
  }
}
