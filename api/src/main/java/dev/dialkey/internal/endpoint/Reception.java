package dev.dialkey.internal.endpoint;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.TransportOptions;
import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeException;
import dev.dialkey.bindings.NativeHello;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.EarlyDatagram;
import dev.dialkey.internal.connection.PeerConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** First flights from their arrival to the decision about them. Thread-safe. */
public final class Reception {
  /** RFC 9000 section 20.1. */
  private static final long PROTOCOL_VIOLATION = 0x0a;

  private final EndpointCore core;
  private final EndpointResources resources;
  private final OpenGate gate;
  private final IncomingQueue queue;
  private final SettledFlights settled = new SettledFlights();

  /** Every flight that waits, has become a connection, or is settled. */
  private final ConcurrentHashMap<InitialId, PendingIncoming> flights = new ConcurrentHashMap<>();

  Reception(EndpointCore core, EndpointResources resources, OpenGate gate) {
    this.core = core;
    this.resources = resources;
    this.gate = gate;
    this.queue = new IncomingQueue(core.machine(), core.counters());
  }

  /** The next first flight; empty once the endpoint is closed. */
  public Optional<PendingIncoming> take(Duration timeout) throws IOException {
    long deadline = Deadline.after(core.machine(), timeout);
    while (true) {
      Optional<PendingIncoming> next = queue.take(deadline);
      long now = core.machine().nanoTime();
      if (next.isEmpty() || !IncomingQueue.isExpired(next.get(), now)) {
        return next;
      }
      expire(now); // It is the oldest, and nobody waits for it any more.
    }
  }

  /** Forgets those that nobody has decided about in time. */
  void expire(long nowNanos) {
    PendingIncoming expired = queue.pollExpired(nowNanos);
    while (expired != null) {
      if (expired.drop()) {
        flights.remove(expired.id(), expired);
      }
      expired = queue.pollExpired(nowNanos);
    }
  }

  /** Goes on with the handshake, with options of the connection's own or the endpoint's. */
  public PeerConnection accept(PendingIncoming pending, Optional<TransportOptions> own)
      throws IOException {
    // The configuration first: making it takes a while, and may fail.
    return gate.enter(() -> {
      PeerConnection connection =
          core.withConfig(
              own, config -> pending.accept(datagrams -> connect(config, pending, datagrams)));
      connection.start(); // Not while the flight is locked: its loop may have more of it.
      return connection;
    });
  }

  /** Answers with CONNECTION_REFUSED. */
  public void refuse(PendingIncoming pending) {
    gate.enterIfOpen(() -> {
      if (drop(pending)) {
        core.counters().refused.increment();
        answer(pending, resources.config().refuse(pending.firstDatagram(), pending.from()));
      }
    });
  }

  /**
   * Has the client prove its address; it comes again with another id then.
   *
   * @throws IllegalStateException when it has proved it, or was decided about before
   */
  public void retry(PendingIncoming pending) {
    if (pending.isValidated()) {
      throw new IllegalStateException("the peer has proved its address already");
    }
    gate.enterIfOpen(() -> {
      if (!drop(pending)) {
        throw new IllegalStateException("this incoming connection was decided about before");
      }
      core.counters().retries.increment();
      byte[] datagram = pending.firstDatagram();
      long now = core.machine().nanoTime();
      answer(pending, resources.config().retry(datagram, pending.from(), now));
    });
  }

  /** What the client asks for, as far as it has arrived; empty when it is no sound hello. */
  public Optional<NativeHello> peek(PendingIncoming pending) {
    List<byte[]> flight = pending.flight();
    try {
      return flight.isEmpty() ? Optional.empty() : NativeConfig.peek(flight);
    } catch (NativeException e) {
      return Optional.empty();
    }
  }

  private boolean drop(PendingIncoming pending) {
    queue.decided(pending);
    return pending.drop();
  }

  private void answer(PendingIncoming pending, byte[] packet) {
    resources.sendOnce(pending.loop().transport(), packet, pending.to(), pending.from());
    flights.remove(pending.id());
  }

  /** Says nothing; repetitions of the flight are dropped too. */
  public void ignore(PendingIncoming pending) {
    if (drop(pending)) {
      core.counters().ignored.increment();
      settle(pending);
    }
  }

  IncomingQueue queue() {
    return queue;
  }

  ConcurrentHashMap<InitialId, PendingIncoming> flights() {
    return flights;
  }

  /** The connection that the flight became is gone. */
  void settle(InitialId id) {
    PendingIncoming pending = flights.get(id);
    if (pending != null) {
      settle(pending);
    }
  }

  private void settle(PendingIncoming pending) {
    pending.settle();
    PendingIncoming forgotten = settled.add(pending);
    if (forgotten != null) {
      flights.remove(forgotten.id(), forgotten);
    }
  }

  /** Nothing is taken or added any more. */
  void close() {
    queue.close();
    flights.values().forEach(PendingIncoming::drop);
  }

  private PeerConnection connect(
      NativeConfig config, PendingIncoming pending, List<EarlyDatagram> datagrams)
      throws ConnectionClosedException {
    queue.decided(pending);
    NativeConnection engine;
    try {
      engine =
          NativeConnection.accept(
              config,
              resources.slots(),
              pending.firstDatagram(),
              pending.to(),
              pending.from(),
              pending.arrivedNanos()); // A proof of its address was good then.
    } catch (NativeException e) {
      flights.remove(pending.id(), pending);
      throw new ConnectionClosedException(
          new CloseReason.TransportClosed(
              PROTOCOL_VIOLATION, OptionalLong.empty(), "the first packet is malformed"));
    }
    PeerConnection connection = PeerConnection.accepted(core, pending.loop(), engine, datagrams);
    core.counters().accepted.increment();
    core.join(connection, pending.id(), Optional.empty());
    return connection;
  }
}
