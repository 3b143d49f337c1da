package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.connection.EarlyDatagram;
import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.loop.Driven;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.EndpointLoop;
import dev.dialkey.internal.loop.StrayPackets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What arrives without a connection id of ours: first flights, versions we do not speak, packets of
 * a former life. One per loop, used by its thread; the table of first flights is shared.
 */
final class StrayHandler implements StrayPackets {
  /**
   * Handshakes that may be under way at once: each costs about 40 KiB until it is over, and whoever
   * sends first flights from made-up addresses could start any number.
   */
  static final int MAX_HANDSHAKES = 2_048;

  /**
   * With that many handshakes under way or waiting, whoever dials has to prove its address first:
   * those with made-up addresses can go no further and cost nothing more.
   */
  static final int RETRY_FROM = 512;

  private static final int QUIC_V1 = 1;
  private static final int LONG_HEADER_BIT = 0x80;
  private static final int TYPE_BITS = 0x30;
  private static final int MIN_INITIAL_DATAGRAM = 1_200;
  private static final int MIN_INITIAL_DCID = 8;
  private static final int MAX_DCID = 20;

  /** RFC 9000 section 10.3. */
  private static final int MIN_RESET = 21;

  private static final int VERSION_AT = 1;
  private static final int DCID_LENGTH_AT = 5;
  private static final int DCID_AT = 6;

  private final NativeConfig config;
  private final InitialTokens tokens;
  private final ConcurrentHashMap<InitialId, PendingIncoming> firstFlights;
  private final Reception reception;
  private final IncomingQueue queue;
  private final AtomicInteger handshakes;
  private final BooleanSupplier accepting;
  private final EndpointCounters counters;
  private final ResetLimiter resets;
  private final DialledPeers dialledPeers;

  /** Bounds the work that forged resets make. */
  private final ResetLimiter offers;

  private final TransmitBatch answer;

  StrayHandler(EndpointCore core, NativeMemory memory) {
    this.config = core.config();
    this.tokens = new InitialTokens(config);
    this.reception = core.reception();
    this.firstFlights = reception.flights();
    this.queue = reception.queue();
    this.handshakes = core.handshakes();
    this.accepting = core::isAccepting;
    this.counters = core.counters();
    this.dialledPeers = core.dialledPeers();
    this.resets = new ResetLimiter(core.machine().nanoTime());
    this.offers = new ResetLimiter(core.machine().nanoTime());
    this.answer = memory.newTransmitBatch();
  }

  @Override
  public @Nullable Driven handle(EndpointLoop loop, PacketBatch batch, int i, long nowNanos) {
    if ((batch.byteAt(i, 0) & LONG_HEADER_BIT) == 0) {
      reset(loop, batch, i, nowNanos);
      return null;
    }
    int length = batch.length(i);
    int dcidLength = length > DCID_LENGTH_AT ? batch.byteAt(i, DCID_LENGTH_AT) : 0;
    if (length < MIN_INITIAL_DATAGRAM) {
      counters.malformed.increment();
      return null;
    }
    if (batch.intAt(i, VERSION_AT) != QUIC_V1) {
      negotiateVersion(loop, batch, i, nowNanos);
      return null;
    }
    boolean initial = (batch.byteAt(i, 0) & TYPE_BITS) == 0;
    if (!initial || dcidLength < MIN_INITIAL_DCID || dcidLength > MAX_DCID) {
      counters.malformed.increment();
      return null;
    }
    return firstFlight(loop, batch, i, new InitialId(batch.copy(i, DCID_AT, dcidLength)), nowNanos);
  }

  private @Nullable PeerConnection firstFlight(
      EndpointLoop loop, PacketBatch batch, int i, InitialId id, long nowNanos) {
    PendingIncoming known = firstFlights.get(id);
    if (known != null) {
      PeerConnection connection = known.connection();
      if (connection == null) {
        known.add(copy(batch, i));
      }
      return connection;
    }
    if (!accepting.getAsBoolean()) {
      counters.notAccepting.increment();
      return null;
    }
    reception.expire(nowNanos);
    boolean validated = false;
    switch (tokens.check(batch, i, nowNanos)) {
      case VALID -> validated = true;
      case INVALID -> {
        // Not answered: a copy of a flight that took another way has a token that is wrong there.
        counters.invalidTokens.increment();
        return null;
      }
      case ABSENT -> {
        if (handshakes.get() + queue.undecided() >= RETRY_FROM) {
          retry(loop, batch, i, nowNanos);
          return null;
        }
      }
    }
    var incoming = new PendingIncoming(id, loop, copy(batch, i), validated, nowNanos);
    if (firstFlights.putIfAbsent(id, incoming) != null) {
      return null; // A copy reached the loop of another socket at the same moment.
    }
    if (handshakes.get() >= MAX_HANDSHAKES || !queue.offer(incoming)) {
      firstFlights.remove(id);
      counters.incomingDropped.increment();
    }
    return null;
  }

  private void retry(EndpointLoop loop, PacketBatch batch, int i, long nowNanos) {
    byte[] packet = config.retry(batch, i, nowNanos);
    if (packet.length > 0) {
      counters.retries.increment();
      send(loop, batch, i, packet);
    }
  }

  private void negotiateVersion(EndpointLoop loop, PacketBatch batch, int i, long nowNanos) {
    byte[] packet = config.versionNegotiation(batch, i);
    if (packet.length > 0 && resets.tryAcquire(nowNanos)) {
      counters.versionNegotiations.increment();
      send(loop, batch, i, packet);
    } else {
      counters.malformed.increment();
    }
  }

  /** A short header with an id that is none: the peer's reset, or a packet to be reset. */
  private void reset(EndpointLoop loop, PacketBatch batch, int i, long nowNanos) {
    counters.unknownConnection.increment();
    List<PeerConnection> dialled = dialledPeers.at(batch.from(i));
    if (!dialled.isEmpty() && batch.length(i) >= MIN_RESET && offers.tryAcquire(nowNanos)) {
      dialled.forEach(connection -> connection.offer(copy(batch, i)));
    }
    if (!resets.tryAcquire(nowNanos)) {
      return;
    }
    byte[] packet = config.statelessReset(batch, i);
    if (packet.length > 0) {
      counters.resetsSent.increment();
      send(loop, batch, i, packet);
    }
  }

  private void send(EndpointLoop loop, PacketBatch trigger, int i, byte[] packet) {
    answer.setSingle(packet, trigger.to(i), trigger.from(i));
    loop.transport().sendOrDrop(answer, counters);
  }

  private static EarlyDatagram copy(PacketBatch batch, int i) {
    return new EarlyDatagram(batch.copy(i, 0, batch.length(i)), batch.from(i), batch.to(i));
  }
}
