package dev.dialkey.internal.endpoint;

import dev.dialkey.CloseReason;
import dev.dialkey.HandshakeInfo;
import dev.dialkey.Side;
import dev.dialkey.SocketMetrics;
import dev.dialkey.TransportOptions;
import dev.dialkey.Watch;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.internal.connection.ConnectionHost;
import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.event.ConnectionStory;
import dev.dialkey.internal.event.Observers;
import dev.dialkey.internal.loop.ConnectionTable;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.ScratchPool;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint behind its API: owns the sockets, the loops, the native memory and every connection.
 * Thread-safe.
 */
public final class EndpointCore implements ConnectionHost {
  /** What the endpoint knows of a connection beside the connection itself. */
  private record Membership(
      @Nullable InitialId initialId, ConnectionStory story, AtomicBoolean handshaking) {}

  private final EndpointSettings settings;
  private final EndpointId id;
  private final EndpointResources resources;
  private final VirtualAddresses virtualAddresses = new VirtualAddresses();
  private final ConnectionTable table = new ConnectionTable();
  private final OpenGate gate = new OpenGate();
  private final Reception reception;
  private final Observers observers;
  private final OwnAddresses ownAddresses;
  private final ConcurrentHashMap<PeerConnection, Membership> members = new ConcurrentHashMap<>();
  private final DialledPeers dialledPeers = new DialledPeers();
  private final AtomicLong connectionIds = new AtomicLong();
  private final AtomicInteger handshakes = new AtomicInteger();
  private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> allGone = new CompletableFuture<>();

  /** Volatile: replaced as a whole, read by loops. */
  private volatile List<Alpn> alpns;

  private EndpointCore(EndpointSettings settings, EndpointResources resources) {
    this.settings = settings;
    this.id = settings.secretKey().endpointId();
    this.resources = resources;
    this.alpns = List.copyOf(settings.alpns());
    this.observers =
        new Observers(settings.name(), settings.listeners(), counters(), settings.machine());
    this.reception = new Reception(this, resources, gate);
    this.ownAddresses = new OwnAddresses(settings, resources, table, gate);
  }

  /** Binds the sockets and starts the loops; whatever fails, nothing is left behind. */
  public static EndpointCore bind(EndpointSettings settings) throws IOException {
    EndpointResources resources = EndpointResources.open(settings);
    try {
      var core = new EndpointCore(settings, resources);
      resources.startLoops(core);
      core.ownAddresses.start();
      return core;
    } catch (RuntimeException | Error e) {
      resources.stopLoops(); // Some may run.
      resources.close();
      throw e;
    }
  }

  public EndpointId id() {
    return id;
  }

  public String name() {
    return settings.name();
  }

  /** The addresses the sockets are bound to, wildcard addresses included. */
  public List<InetSocketAddress> boundSockets() {
    return resources.boundSockets();
  }

  /** The id and the addresses under which it can be reached now. */
  public EndpointAddr addr() {
    return ownAddresses.addr();
  }

  /** The same, for those who want to know of changes. */
  public Watch<EndpointAddr> watchAddr() {
    return ownAddresses.watch();
  }

  /** The network may have changed. */
  public void notifyNetworkChange() {
    ownAddresses.networkChanged();
  }

  // ---- dialling ----

  /** Starts a dial towards all candidates at once. */
  public PeerConnection dial(
      EndpointId peer,
      List<Alpn> offered,
      List<NativeAddress> candidates,
      Optional<TransportOptions> own)
      throws IOException {
    return gate.enter(() -> {
      PeerConnection connection =
          withConfig(own, config -> makeDialled(config, peer, offered, candidates));
      connection.start();
      return connection;
    });
  }

  private PeerConnection makeDialled(
      NativeConfig config, EndpointId peer, List<Alpn> offered, List<NativeAddress> candidates) {
    NativeAddress virtualPeer = virtualAddresses.next();
    NativeConnection engine =
        NativeConnection.connect(
            config,
            resources.slots(),
            peer.toBytes(),
            wire(offered),
            VirtualAddresses.LOCAL,
            virtualPeer,
            machine().nanoTime());
    PeerConnection connection =
        PeerConnection.dialled(
            this,
            resources.loopToward(candidates.getFirst()),
            engine,
            candidates,
            virtualPeer,
            VirtualAddresses.LOCAL);
    counters().dialled.increment();
    join(connection, null, Optional.of(peer));
    return connection;
  }

  /** Makes a connection with the endpoint's configuration, or one for that connection alone. */
  PeerConnection withConfig(Optional<TransportOptions> own, ConnectionMaker maker)
      throws IOException {
    if (own.isEmpty()) {
      return maker.make(resources.config());
    }
    // A connection lives on without the configuration it was made from.
    try (NativeConfig config = NativeConfigs.of(settings, own.get(), alpns)) {
      return maker.make(config);
    }
  }

  /** Makes a connection of a configuration. */
  interface ConnectionMaker {
    PeerConnection make(NativeConfig config) throws IOException;
  }

  /** Whether a socket reaches addresses of this family (4 or 6). */
  public boolean reaches(NativeAddress address) {
    return resources.transports().toward(address, null) != null;
  }

  // ---- accepting ----

  /** Where first flights wait for a decision. */
  public Reception reception() {
    return reception;
  }

  /**
   * Replaces the accepted protocols; handshakes that begin later see them.
   *
   * @return false when the endpoint is closed
   */
  public boolean setAlpns(List<Alpn> accepted) {
    return gate.enterIfOpen(() -> {
      alpns = List.copyOf(accepted);
      resources.config().acceptAlpns(wire(accepted));
    });
  }

  public List<Alpn> alpns() {
    return alpns;
  }

  void join(
      PeerConnection connection, @Nullable InitialId initialId, Optional<EndpointId> dialled) {
    handshakes.incrementAndGet();
    Side side = connection.isClient() ? Side.CLIENT : Side.SERVER;
    ConnectionStory story =
        observers.begin(new HandshakeInfo(connection.connectionId(), side, dialled));
    members.put(connection, new Membership(initialId, story, new AtomicBoolean(true)));
  }

  // ---- closing ----

  /** Closes all connections, waits until they have drained, and frees everything. */
  public void close(Duration timeout) {
    if (!gate.close()) {
      awaitQuietly(closed, timeout);
      return;
    }
    reception.close();
    ownAddresses.stop();
    forEachInOrder(connection -> connection.close(0, new byte[0]));
    completeIfAllGone();
    awaitQuietly(allGone, timeout);
    resources.stopLoops();
    forEachInOrder(connection -> connection.abandon(new CloseReason.LocallyClosed()));
    ownAddresses.free();
    resources.close();
    closed.complete(null);
  }

  /** As they were made, for a simulation is to go the same way each time. */
  private void forEachInOrder(Consumer<PeerConnection> action) {
    var byAge = Comparator.comparingLong(PeerConnection::connectionId);
    members.keySet().stream().sorted(byAge).forEach(action);
  }

  public boolean isClosed() {
    return gate.isClosed();
  }

  /** Completes when everything is freed. */
  public CompletableFuture<@Nullable Void> closed() {
    return closed;
  }

  /** An interrupt cuts the wait short, not the closing; the flag stays for the caller to see. */
  private void awaitQuietly(CompletableFuture<@Nullable Void> future, Duration timeout) {
    try {
      machine().await(future, TimeUnit.NANOSECONDS.convert(timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      // Peers that do not answer do not keep the endpoint from closing.
    } catch (ExecutionException e) {
      throw new AssertionError("it is never completed with a failure", e);
    }
  }

  private void completeIfAllGone() {
    if (gate.isClosed() && members.isEmpty()) {
      allGone.complete(null);
    }
  }

  // ---- for connections ----

  @Override
  public Machine machine() {
    return settings.machine();
  }

  @Override
  public ConnectionTable connections() {
    return table;
  }

  @Override
  public Transports transports() {
    return resources.transports();
  }

  @Override
  public TransmitPool transmitPool() {
    return resources.transmitPool();
  }

  @Override
  public ScratchPool scratchPool() {
    return resources.scratchPool();
  }

  @Override
  public EndpointCounters counters() {
    return resources.counters();
  }

  @Override
  public long nextConnectionId() {
    return connectionIds.incrementAndGet();
  }

  @Override
  public Executor executor() {
    return settings.executor();
  }

  @Override
  public void established(PeerConnection connection) {
    Membership membership = handshakeOver(connection);
    var peer = connection.lifecycle();
    if (membership != null && peer.closeReason() == null) { // Else its story is over.
      membership.story.established(peer.remoteId(), peer.alpn());
    }
  }

  @Override
  public void pinned(PeerConnection connection, NativeAddress peer) {
    dialledPeers.add(connection, peer);
  }

  @Override
  public void closed(PeerConnection connection, CloseReason reason) {
    Membership membership = handshakeOver(connection);
    if (membership != null) {
      membership.story.closed(reason, connection.view().stats());
    }
  }

  @Override
  public void gone(PeerConnection connection) {
    dialledPeers.remove(connection);
    Membership membership = members.remove(connection);
    if (membership != null && membership.initialId != null) {
      reception.settle(membership.initialId);
    }
    completeIfAllGone();
  }

  private @Nullable Membership handshakeOver(PeerConnection connection) {
    Membership membership = members.get(connection);
    if (membership != null && membership.handshaking.compareAndSet(true, false)) {
      handshakes.decrementAndGet();
    }
    return membership;
  }

  /** Handshakes under way. */
  public int handshaking() {
    return handshakes.get();
  }

  /** What went through the sockets; keeps answering after the end. */
  public SocketMetrics socketMetrics() {
    return resources.socketMetrics();
  }

  // ---- for stray packets ----

  NativeConfig config() {
    return resources.config();
  }

  DialledPeers dialledPeers() {
    return dialledPeers;
  }

  AtomicInteger handshakes() {
    return handshakes;
  }

  boolean isAccepting() {
    return !gate.isClosed() && !alpns.isEmpty();
  }

  /** ALPNs as TLS lists them, RFC 7301 section 3.1: each with its length in front. */
  static byte[] wire(List<Alpn> list) {
    var out = new java.io.ByteArrayOutputStream();
    for (Alpn alpn : list) {
      byte[] name = alpn.toBytes();
      out.write(name.length);
      out.writeBytes(name);
    }
    return out.toByteArray();
  }
}
