package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.EndpointTicket;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.endpoint.AsyncCalls;
import dev.dialkey.internal.endpoint.Dialer;
import dev.dialkey.internal.endpoint.EndpointCore;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One secret key and its sockets: what dials and is dialled. Its address is the key's public half,
 * the {@link #id()}.
 *
 * <p>Thread-safe. Everything waits without holding a carrier thread, so virtual threads are the
 * natural callers. The caller closes it; {@link #close()} waits until the peers have been told.
 */
public final class Endpoint implements AutoCloseable {
  /** Peers that do not answer keep a closing endpoint no longer than this. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

  private final EndpointCore core;
  private final Dialer dialer;
  private final SecretKey secretKey;
  private final Executor executor;
  private final HookChain hooks;

  Endpoint(EndpointCore core, SecretKey secretKey, Executor executor, HookChain hooks) {
    this.core = core;
    this.hooks = hooks;
    this.dialer = new Dialer(core);
    this.secretKey = secretKey;
    this.executor = executor;
    Leaks.watch(this, new Leaks.OfEndpoint(core));
  }

  /**
   * A builder that starts from a preset.
   *
   * @param preset the preset, see {@link Presets}
   * @return the builder
   */
  public static EndpointBuilder builder(Preset preset) {
    return new EndpointBuilder().preset(preset);
  }

  /**
   * The public key that is this endpoint's address.
   *
   * @return the id
   */
  public EndpointId id() {
    return core.id();
  }

  /**
   * The identity. It is wiped when the endpoint closes.
   *
   * @return the key
   */
  public SecretKey secretKey() {
    return secretKey;
  }

  /**
   * The id and the addresses under which it can be reached, as they are now: those at which relays
   * see it, if it was told to ask them, and those of this host on its networks.
   *
   * @return the address
   */
  public EndpointAddr addr() {
    return core.addr();
  }

  /**
   * The same, for those who want to know of changes. The host's interfaces are looked at every 5
   * seconds once somebody watches, and after {@link #notifyNetworkChange()}; what relays see is
   * told at once.
   *
   * @return the watched address; ends with {@link EndpointClosedException}
   */
  public Watch<EndpointAddr> watchAddr() {
    return core.watchAddr();
  }

  /**
   * Says that the network may have changed, so that the endpoint looks at once; harmless when it
   * has not. Returns at once.
   */
  public void notifyNetworkChange() {
    core.notifyNetworkChange();
  }

  /**
   * The addresses that the sockets are bound to, wildcard addresses included.
   *
   * @return the addresses, with the ports that the system chose
   */
  public List<InetSocketAddress> boundSockets() {
    return core.boundSockets();
  }

  /**
   * Dials an endpoint; waits until it has proved its id, at most as long as the idle time-out.
   *
   * <p>The first flight goes to all known addresses at once and the first that answers is used, so
   * addresses that are dead cost no time.
   *
   * @param addr whom to dial, with at least one IP address
   * @param alpn the protocol to speak
   * @return the connection; the caller closes it
   * @throws DialException when nobody answers, or nothing can be dialled
   * @throws HandshakeException when the peer is another, or speaks another protocol
   * @throws ConnectionClosedException when the peer refuses
   * @throws EndpointClosedException when this endpoint is closed
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted; the dial is
   *     cancelled
   */
  public Connection connect(EndpointAddr addr, Alpn alpn) throws IOException {
    return connect(addr, alpn, Deadline.NEVER);
  }

  /**
   * As {@link #connect(EndpointAddr, Alpn)}, with the protocol by name.
   *
   * @param addr whom to dial
   * @param alpn the protocol's name
   * @return the connection
   * @throws IOException as {@link #connect(EndpointAddr, Alpn)}
   */
  public Connection connect(EndpointAddr addr, String alpn) throws IOException {
    return connect(addr, Alpn.of(alpn));
  }

  /**
   * As {@link #connect(EndpointAddr, Alpn)}, within a time of the caller's choice.
   *
   * @param addr whom to dial
   * @param alpn the protocol
   * @param timeout bounds the whole dial
   * @return the connection
   * @throws DialTimeoutException when the time is over
   * @throws IOException as {@link #connect(EndpointAddr, Alpn)}
   */
  public Connection connect(EndpointAddr addr, Alpn alpn, Duration timeout) throws IOException {
    return connect(addr, alpn, Deadline.after(machine(), timeout));
  }

  /**
   * As {@link #connect(EndpointAddr, Alpn, Duration)}, with the protocol by name.
   *
   * @param addr whom to dial
   * @param alpn the protocol's name
   * @param timeout bounds the whole dial
   * @return the connection
   * @throws IOException as {@link #connect(EndpointAddr, Alpn, Duration)}
   */
  public Connection connect(EndpointAddr addr, String alpn, Duration timeout) throws IOException {
    return connect(addr, Alpn.of(alpn), timeout);
  }

  /**
   * Starts a dial without waiting for it.
   *
   * @param addr whom to dial, with at least one IP address
   * @param alpn the protocol to speak, if the peer does
   * @param options further protocols, and QUIC options of this connection's own
   * @return the dial; the caller awaits or closes it
   * @throws DialException when nothing can be dialled, or a hook rejects the dial
   * @throws EndpointClosedException when this endpoint is closed
   * @throws IOException never of another kind; kept for what later versions do here
   */
  public Connecting dial(EndpointAddr addr, Alpn alpn, ConnectOptions options) throws IOException {
    if (hooks.beforeConnect(addr, alpn) instanceof Decision.Reject) {
      throw new RejectedLocallyException(addr.id());
    }
    return new Connecting(this, dialer.start(addr, alpn, options));
  }

  /**
   * Dials the endpoint that a ticket names.
   *
   * @param ticket the ticket
   * @param alpn the protocol
   * @return the connection
   * @throws IOException as {@link #connect(EndpointAddr, Alpn)}
   */
  public Connection connect(EndpointTicket ticket, Alpn alpn) throws IOException {
    return connect(ticket.addr(), alpn);
  }

  /**
   * As {@link #connect(EndpointTicket, Alpn)}, with the protocol by name.
   *
   * @param ticket the ticket
   * @param alpn the protocol's name
   * @return the connection
   * @throws IOException as {@link #connect(EndpointAddr, Alpn)}
   */
  public Connection connect(EndpointTicket ticket, String alpn) throws IOException {
    return connect(ticket.addr(), alpn);
  }

  /**
   * As {@link #connect(EndpointAddr, Alpn)}, without blocking. Cancelling the future cancels the
   * dial.
   *
   * @param addr whom to dial
   * @param alpn the protocol
   * @return the connection to come
   */
  public CompletableFuture<Connection> connectAsync(EndpointAddr addr, Alpn alpn) {
    return AsyncCalls.start(machine(), executor, () -> connect(addr, alpn));
  }

  /**
   * As {@link #connectAsync(EndpointAddr, Alpn)}, with the protocol by name.
   *
   * @param addr whom to dial
   * @param alpn the protocol's name
   * @return the connection to come
   */
  public CompletableFuture<Connection> connectAsync(EndpointAddr addr, String alpn) {
    return connectAsync(addr, Alpn.of(alpn));
  }

  /**
   * Waits for the next endpoint that dials this one. Most programs use a {@link Router} instead.
   *
   * @return the incoming connection, to be decided about; empty once this endpoint is closed
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public Optional<Incoming> accept() throws IOException {
    return accept(Deadline.FOREVER);
  }

  /**
   * As {@link #accept()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return the incoming connection; empty once this endpoint is closed
   * @throws DialkeyTimeoutException when nobody dials in time
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  public Optional<Incoming> accept(Duration timeout) throws IOException {
    return core.reception().take(timeout).map(pending -> new Incoming(this, pending));
  }

  /**
   * As {@link #accept()}, without blocking.
   *
   * @return the incoming connection to come
   */
  public CompletableFuture<Optional<Incoming>> acceptAsync() {
    return AsyncCalls.start(machine(), executor, this::accept);
  }

  /**
   * Those who dial this endpoint, as they come. The iteration waits for each, and ends when the
   * endpoint is closed; an interrupt is thrown as {@link java.io.UncheckedIOException}.
   *
   * @return for one loop after another; each is given out once
   */
  public Iterable<Incoming> incoming() {
    return Iteration.over(this::accept);
  }

  /**
   * Replaces the protocols that are accepted; connections that arrive from now on see them.
   *
   * @param accepted the protocols, in order of preference; none to accept nothing
   * @throws IllegalStateException when the endpoint is closed
   */
  public void setAlpns(Alpn... accepted) {
    if (!core.setAlpns(List.of(accepted))) {
      throw new IllegalStateException("the endpoint is closed");
    }
  }

  /**
   * What the endpoint has counted so far; keeps answering after it is closed.
   *
   * @return a snapshot
   */
  public EndpointMetrics metrics() {
    return Metric.snapshot(core.socketMetrics(), core.counters(), core.handshaking());
  }

  /**
   * Closes all connections with code 0 and waits until the peers have been told, usually a few
   * round trips and never longer than 3 s. Closing again does nothing.
   */
  @Override
  public void close() {
    close(CLOSE_LIMIT);
  }

  /**
   * As {@link #close()}, with a limit of the caller's choice.
   *
   * @param limit how long to wait for peers
   */
  public void close(Duration limit) {
    core.close(limit);
    secretKey.close();
  }

  /**
   * As {@link #close()}, without blocking.
   *
   * @return completes when everything is freed
   */
  @SuppressWarnings("NullAway") // The value of a Void future is null.
  public CompletableFuture<Void> closeAsync() {
    return AsyncCalls.start(
        machine(),
        executor,
        () -> {
          close();
          return null;
        });
  }

  /**
   * Whether the endpoint is closed or closing.
   *
   * @return true from the first call of {@code close} on
   */
  public boolean isClosed() {
    return core.isClosed();
  }

  /**
   * Completes when the endpoint is closed and everything is freed.
   *
   * @return a future of the caller's own
   */
  @SuppressWarnings("NullAway") // The value of a Void future is null.
  public CompletableFuture<Void> closed() {
    return core.closed().copy();
  }

  @Override
  public String toString() {
    return "Endpoint[" + core.name() + "]";
  }

  private Connection connect(EndpointAddr addr, Alpn alpn, long deadlineNanos) throws IOException {
    return dial(addr, alpn, ConnectOptions.defaults()).await(deadlineNanos);
  }

  HookChain hooks() {
    return hooks;
  }

  EndpointCore core() {
    return core;
  }

  Machine machine() {
    return core.machine();
  }

  Executor executor() {
    return executor;
  }
}
