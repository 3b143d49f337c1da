package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.internal.connection.ConnectionStreams;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.endpoint.AsyncCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One QUIC connection to one peer, speaking one ALPN. Past its handshake: the peer has proved its
 * id.
 *
 * <p>Thread-safe. Closing loses what is under way in both directions, so the side that received the
 * last data closes; a sender waits for {@link #closed()} or for an answer.
 *
 * <p>After the end, streams still give what arrived before it, unless this side closed; all waiting
 * calls throw {@link ConnectionClosedException}; the other accessors keep answering.
 */
public final class Connection implements AutoCloseable {
  private static final int MAX_REASON_BYTES = 1_023;

  private final Endpoint endpoint;
  private final PeerConnection core;
  private final ConnectionStreams streams;

  Connection(Endpoint endpoint, PeerConnection core) {
    this.endpoint = endpoint;
    this.core = core;
    this.streams = core.streams();
    String name = endpoint + " " + core.lifecycle().remoteId().shortString();
    Leaks.watch(this, new Leaks.OfConnection(core, name));
  }

  /**
   * Opens a bidirectional stream; waits while the peer allows no more. The peer sees the stream
   * with the first bytes or the end that is written.
   *
   * @return the stream; the caller closes it
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public BiStream openBi() throws IOException {
    return openBi(Deadline.FOREVER);
  }

  /**
   * As {@link #openBi()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return the stream
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException as {@link #openBi()}
   */
  public BiStream openBi(Duration timeout) throws IOException {
    return biStream(streams.openBi(Deadline.after(endpoint.machine(), timeout)));
  }

  /**
   * As {@link #openBi()}, without blocking.
   *
   * @return the stream to come
   */
  public CompletableFuture<BiStream> openBiAsync() {
    return AsyncCalls.start(endpoint.machine(), endpoint.executor(), this::openBi);
  }

  /**
   * Opens a unidirectional stream; waits while the peer allows no more.
   *
   * @return the stream; the caller closes it
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public SendStream openUni() throws IOException {
    return openUni(Deadline.FOREVER);
  }

  /**
   * As {@link #openUni()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return the stream
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException as {@link #openUni()}
   */
  public SendStream openUni(Duration timeout) throws IOException {
    var stream = streams.openUni(Deadline.after(endpoint.machine(), timeout));
    return new SendStream(this, stream.id(), stream.writeHalf());
  }

  /**
   * As {@link #openUni()}, without blocking.
   *
   * @return the stream to come
   */
  public CompletableFuture<SendStream> openUniAsync() {
    return AsyncCalls.start(endpoint.machine(), endpoint.executor(), this::openUni);
  }

  /**
   * Waits for the next bidirectional stream of the peer.
   *
   * @return the stream; the caller closes it
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public BiStream acceptBi() throws IOException {
    return acceptBi(Deadline.FOREVER);
  }

  /**
   * As {@link #acceptBi()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return the stream
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException as {@link #acceptBi()}
   */
  public BiStream acceptBi(Duration timeout) throws IOException {
    return biStream(streams.acceptBi(Deadline.after(endpoint.machine(), timeout)));
  }

  /**
   * As {@link #acceptBi()}, without blocking.
   *
   * @return the stream to come
   */
  public CompletableFuture<BiStream> acceptBiAsync() {
    return AsyncCalls.start(endpoint.machine(), endpoint.executor(), this::acceptBi);
  }

  /**
   * Waits for the next unidirectional stream of the peer.
   *
   * @return the stream; the caller closes it
   * @throws ConnectionClosedException when the connection is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public RecvStream acceptUni() throws IOException {
    return acceptUni(Deadline.FOREVER);
  }

  /**
   * As {@link #acceptUni()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return the stream
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException as {@link #acceptUni()}
   */
  public RecvStream acceptUni(Duration timeout) throws IOException {
    var stream = streams.acceptUni(Deadline.after(endpoint.machine(), timeout));
    return new RecvStream(this, stream.id(), stream.readHalf());
  }

  /**
   * As {@link #acceptUni()}, without blocking.
   *
   * @return the stream to come
   */
  public CompletableFuture<RecvStream> acceptUniAsync() {
    return AsyncCalls.start(endpoint.machine(), endpoint.executor(), this::acceptUni);
  }

  /**
   * The datagrams of this connection.
   *
   * @return always usable; calls fail if the peer takes none
   */
  public Datagrams datagrams() {
    return new Datagrams(this, core.datagrams());
  }

  /**
   * Keying material that both sides derive alike and nobody else can (RFC 8446 section 7.5), for
   * example to bind an authentication of the application's own to this connection.
   *
   * @param length how many bytes, 1 to 8160
   * @param label names the purpose, 1 to 249 bytes
   * @param context what it is bound to beside; may be empty
   * @return the bytes; secret
   * @throws ConnectionClosedException when the connection is over
   */
  public byte[] exportKeyingMaterial(int length, byte[] label, byte[] context)
      throws ConnectionClosedException {
    return core.view().exportKeying(length, label, context);
  }

  /**
   * The protocol both sides agreed on.
   *
   * @return the ALPN
   */
  public Alpn alpn() {
    return core.lifecycle().alpn();
  }

  /**
   * The id that the peer has proved to own.
   *
   * @return the peer's id
   */
  public EndpointId remoteId() {
    return core.lifecycle().remoteId();
  }

  /**
   * Which side this endpoint is.
   *
   * @return client if it dialled
   */
  public Side side() {
    return core.isClient() ? Side.CLIENT : Side.SERVER;
  }

  /**
   * The open paths.
   *
   * @return a snapshot; empty once the connection is over
   */
  public List<PathInfo> paths() {
    return core.view().paths();
  }

  /**
   * Opens and closes paths, and chooses between them.
   *
   * @return works as long as the connection does
   */
  public PathControl pathControl() {
    return new PathControl(core.view().pathManager());
  }

  /**
   * The open paths, for those who want to know of changes: of another path, of an address, of the
   * choice between them. The figures in a path are those of the moment and make no change.
   *
   * @return the watched paths
   */
  public Watch<List<PathInfo>> watchPaths() {
    return core.view().pathWatch().paths();
  }

  /**
   * What happens to the paths, beginning with those that are open.
   *
   * @return the events, for one reader, who closes it
   */
  public Events<PathEvent> pathEvents() {
    return core.view().pathWatch().events();
  }

  /**
   * Whether the connection is direct or relayed.
   *
   * @return the watched answer
   */
  public Watch<ConnectionType> connectionType() {
    return core.view().pathWatch().type();
  }

  /**
   * Smoothed round-trip time of the path that carries the data.
   *
   * @return the time; empty once the connection is over
   */
  public Optional<Duration> rtt() {
    return paths().stream().filter(PathInfo::selected).findFirst().map(PathInfo::rtt);
  }

  /**
   * Totals so far; keeps answering after the end.
   *
   * @return a snapshot
   */
  public ConnectionStats stats() {
    return core.view().stats();
  }

  /**
   * A number that no other connection of this endpoint has or had.
   *
   * @return the number
   */
  public long connectionId() {
    return core.connectionId();
  }

  /**
   * A reference for observers, which does not keep a forgotten connection open.
   *
   * @return the reference
   */
  public ConnectionRef ref() {
    return new ConnectionRef(this, core);
  }

  /**
   * The bidirectional streams of the peer, as they come. The iteration waits for each, and ends
   * with the connection; an interrupt is thrown as {@link java.io.UncheckedIOException}.
   *
   * @return for one loop after another; each stream is given out once
   */
  public Iterable<BiStream> biStreams() {
    return Iteration.over(() -> {
      try {
        return Optional.of(acceptBi());
      } catch (ConnectionClosedException e) {
        return Optional.empty();
      }
    });
  }

  /**
   * Closes at once with a code of the ALPN's protocol; data under way is lost in both directions.
   * Does nothing when the connection is over already.
   *
   * @param code the code, 0 to 2^62-1
   * @param reason bytes for the peer, at most 1023
   */
  public void close(long code, byte[] reason) {
    checkClose(code, reason);
    core.close(code, reason.clone());
  }

  /**
   * As {@link #close(long, byte[])}, with the reason in UTF-8.
   *
   * @param code the code
   * @param reason the reason
   */
  public void close(long code, String reason) {
    close(code, reason.getBytes(StandardCharsets.UTF_8));
  }

  /** Closes with code 0 and no reason. */
  @Override
  public void close() {
    close(0, new byte[0]);
  }

  /**
   * Completes when the connection is over, also by a normal end.
   *
   * @return a future of the caller's own; its dependents run on the endpoint's executor
   */
  public CompletableFuture<CloseReason> closed() {
    return core.lifecycle().closed().copy();
  }

  /**
   * How the connection ended.
   *
   * @return the reason; empty while it lives
   */
  public Optional<CloseReason> closeReason() {
    return Optional.ofNullable(core.lifecycle().closeReason());
  }

  @Override
  public String toString() {
    return "Connection[" + side() + " of " + endpoint + ", peer " + remoteId().shortString() + "]";
  }

  static void checkClose(long code, byte[] reason) {
    SendStream.checkCode(code);
    if (reason.length > MAX_REASON_BYTES) {
      throw new IllegalArgumentException(
          "a reason has at most " + MAX_REASON_BYTES + " bytes, not " + reason.length);
    }
  }

  Endpoint endpoint() {
    return endpoint;
  }

  private BiStream biStream(dev.dialkey.internal.connection.StreamState stream) {
    return new BiStream(
        new SendStream(this, stream.id(), stream.writeHalf()),
        new RecvStream(this, stream.id(), stream.readHalf()));
  }
}
