package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and hands each to the handler of its ALPN, on a virtual thread of its own.
 *
 * <pre>{@code
 * try (var router = Router.builder(endpoint).accept("my-app/1", connection -> serve(connection)).start()) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Thread-safe. Closing the router closes its endpoint.
 */
public final class Router implements AutoCloseable {
  private static final Logger LOG = System.getLogger("dev.dialkey.router");

  /** Code of connections whose handler failed. */
  private static final long HANDLER_FAILED = 1;

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

  /** Whoever starts a handshake and does not go on holds a place no longer than this. */
  private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

  private final Endpoint endpoint;
  private final Map<Alpn, ProtocolHandler> handlers;
  private final Function<Incoming, Verdict> filter;
  private final Semaphore places;
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread acceptor;

  private Router(Builder builder) {
    this.endpoint = builder.endpoint;
    this.handlers = new LinkedHashMap<>(builder.handlers);
    this.filter = builder.filter;
    this.places = new Semaphore(builder.maxConnections);
    this.acceptor = endpoint.machine().newThread("dialkey-accept", this::acceptAll);
  }

  /**
   * A builder for an endpoint that accepts through a router alone.
   *
   * @param endpoint the endpoint; its accepted protocols are replaced
   * @return the builder
   */
  public static Builder builder(Endpoint endpoint) {
    return new Builder(endpoint);
  }

  /**
   * The endpoint whose connections are served.
   *
   * @return the endpoint
   */
  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Whether the router is closed or closing.
   *
   * @return true from the first call of {@code close} on
   */
  public boolean isShutdown() {
    return closing.get();
  }

  /**
   * The first {@link Error} that a handler threw; the router went on.
   *
   * @return the error, if there was one
   */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** Stops accepting, tells the handlers, interrupts those that run, and closes the endpoint. */
  @Override
  public void close() {
    close(CLOSE_LIMIT);
  }

  /**
   * As {@link #close()}, with a limit of the caller's choice for the peers to hear of it.
   *
   * @param limit how long to wait
   */
  public void close(Duration limit) {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    endpoint.core().setAlpns(List.of()); // Does nothing when it is closed already.
    handlers.values().forEach(this::shutDown);
    serving.forEach(Thread::interrupt);
    endpoint.close(limit);
    awaitHandlers(limit);
  }

  private void shutDown(ProtocolHandler handler) {
    try {
      handler.shutdown();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a protocol handler failed to shut down", e);
    }
  }

  /**
   * Handlers that ignore both the interrupt and the end of their connection are left to themselves.
   */
  private void awaitHandlers(Duration limit) {
    Machine machine = endpoint.machine();
    long deadline = Deadline.after(machine, limit);
    try {
      for (Thread handler : serving) {
        long left = Math.max(Deadline.nanosLeft(machine, deadline), 1);
        if (handler != Thread.currentThread()) {
          machine.join(handler, left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acceptAll() {
    try {
      Optional<Incoming> next = endpoint.accept();
      while (next.isPresent()) {
        Incoming incoming = next.get();
        endpoint.machine().run("dialkey-handler", () -> serve(incoming));
        next = endpoint.accept();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "accepting ended: " + e.getMessage());
    }
  }

  private void serve(Incoming incoming) {
    if (!places.tryAcquire()) {
      incoming.refuse();
      return;
    }
    serving.add(Thread.currentThread());
    try {
      if (admit(incoming)) {
        handshake(incoming);
      }
    } catch (IOException | RuntimeException e) { // The latter by a mistake of the handler.
      LOG.log(Level.DEBUG, () -> "no connection came about: " + e);
    } finally {
      serving.remove(Thread.currentThread());
      places.release();
    }
  }

  /** Asks the filter and does what it decides; false when there is no more to do. */
  private boolean admit(Incoming incoming) {
    Verdict verdict = verdict(incoming);
    switch (verdict) {
      case RETRY -> {
        if (incoming.isAddrValidated()) {
          return true; // It has come again and proved its address.
        }
        incoming.retry();
      }
      case REJECT -> incoming.refuse();
      case IGNORE -> incoming.ignore();
      case ACCEPT -> {
        return true;
      }
    }
    return false;
  }

  private Verdict verdict(Incoming incoming) {
    try {
      return filter.apply(incoming);
    } catch (RuntimeException | Error e) { // Undecided, it would hold a place.
      LOG.log(Level.WARNING, "the filter failed, which rejects the connection", e);
      return Verdict.REJECT;
    }
  }

  private void handshake(Incoming incoming) throws IOException {
    try (Accepting accepting = incoming.accept()) {
      ProtocolHandler handler = handlers.get(accepting.alpn(HANDSHAKE_LIMIT));
      if (handler == null || closing.get()) {
        return;
      }
      try (Connection connection = handler.onAccepting(accepting)) {
        serve(handler, connection);
      }
    }
  }

  /**
   * A handler's task is one of the two places where everything is caught: the router must go on.
   */
  private void serve(ProtocolHandler handler, Connection connection) {
    try {
      handler.accept(connection);
    } catch (Exception e) {
      LOG.log(Level.DEBUG, () -> connection + ": the handler ended with " + e);
      if (!closing.get()) { // Else it failed of our interrupt, and the peer is to see code 0.
        connection.close(HANDLER_FAILED, new byte[0]);
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      LOG.log(Level.ERROR, () -> connection + ": the handler failed", e);
      connection.close(HANDLER_FAILED, new byte[0]);
    }
  }

  /** Collects handlers. Not thread-safe. */
  public static final class Builder {
    private final Endpoint endpoint;
    private final Map<Alpn, ProtocolHandler> handlers = new LinkedHashMap<>();
    private Function<Incoming, Verdict> filter = incoming -> Verdict.ACCEPT;
    private int maxConnections = Integer.MAX_VALUE;

    private Builder(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /**
     * Adds the handler of a protocol; earlier ones are preferred where a peer speaks several.
     *
     * @param alpn the protocol
     * @param handler serves its connections
     * @return this
     */
    public Builder accept(Alpn alpn, ProtocolHandler handler) {
      if (handlers.putIfAbsent(alpn, handler) != null) {
        throw new IllegalArgumentException("two handlers for " + alpn);
      }
      return this;
    }

    /**
     * As {@link #accept(Alpn, ProtocolHandler)}, with the protocol by name.
     *
     * @param alpn the protocol's name
     * @param handler serves its connections
     * @return this
     */
    public Builder accept(String alpn, ProtocolHandler handler) {
      return accept(Alpn.of(alpn), handler);
    }

    /**
     * Sets who decides about those who dial, before any cryptographic work is done for them. It is
     * called by the connection's own virtual thread; what it throws rejects the connection.
     *
     * @param decides takes what is known of the peer, may {@link Incoming#peek} further, and must
     *     leave the decision to the router
     * @return this
     */
    public Builder incomingFilter(Function<Incoming, Verdict> decides) {
      filter = decides;
      return this;
    }

    /**
     * Sets how many connections are served at once, handshakes included; further ones are refused.
     *
     * @param count at least 1; without a bound by default
     * @return this
     */
    public Builder maxConnections(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a router serves at least 1 connection, not " + count);
      }
      maxConnections = count;
      return this;
    }

    /**
     * Sets the endpoint's accepted protocols and begins to accept.
     *
     * @return the router; the caller closes it
     */
    public Router start() {
      if (handlers.isEmpty()) {
        throw new IllegalStateException("a router needs at least one handler");
      }
      endpoint.setAlpns(handlers.keySet().toArray(Alpn[]::new));
      var router = new Router(this);
      endpoint.machine().start(router.acceptor);
      return router;
    }
  }
}
