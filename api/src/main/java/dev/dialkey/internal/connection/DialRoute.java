package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.loop.UdpTransport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's side: the engine sees one virtual peer until a Handshake packet was authenticated.
 * Every datagram is copied to all candidates and any of them may answer; then the sender of that
 * packet is the peer (docs/spec/quic.md, "First flight"), and the engine sees real addresses.
 */
final class DialRoute extends Route {
  /** First byte of a Retry packet but for its lower half, RFC 9000 section 17.2.5. */
  private static final int RETRY = 0xf0;

  /** All of them, or the one that has asked for a proof of our address. */
  private List<NativeAddress> candidates;

  private final NativeAddress virtualPeer;
  private final NativeAddress virtualLocal;

  /** The socket of the home loop, used where it may be. */
  private final UdpTransport home;

  private final Transports transports;
  private final TransmitPool pool;
  private final EndpointCounters counters;
  private final ConnectionHost host;

  /** Set once the peer is known. */
  private @Nullable Outlet outlet;

  /** Who sent the datagram fed last, and where it arrived, while nobody is pinned. */
  private NativeAddress lastSource = NativeAddress.NONE;

  private NativeAddress lastTarget = NativeAddress.NONE;

  private boolean lastIsRetry;

  DialRoute(
      List<NativeAddress> candidates,
      NativeAddress virtualPeer,
      NativeAddress virtualLocal,
      UdpTransport home,
      ConnectionHost host) {
    this.candidates = List.copyOf(candidates);
    this.virtualPeer = virtualPeer;
    this.virtualLocal = virtualLocal;
    this.home = home;
    this.transports = host.transports();
    this.pool = host.transmitPool();
    this.counters = host.counters();
    this.host = host;
  }

  /**
   * The token of a Retry is good at the address that sent it alone: elsewhere it would be taken for
   * a forged one.
   */
  @Override
  void answered() {
    if (lastIsRetry) {
      candidates = List.of(lastSource);
    }
  }

  @Override
  void pinned(PeerConnection connection) {
    outlet = new Outlet(host, lastSource, lastTarget, transports.at(lastTarget, home));
    connection.nativeConnection().paths().pin(lastTarget, lastSource);
    host.pinned(connection, lastSource);
  }

  @Override
  void use(NativeAddress peer, NativeAddress local) {
    if (outlet != null) {
      outlet.use(peer, local);
    }
  }

  @Override
  int admit(PacketBatch batch, int first, int end) {
    if (outlet != null) {
      return end - first;
    }
    lastSource = batch.from(first);
    lastTarget = batch.to(first);
    lastIsRetry = (batch.byteAt(first, 0) & RETRY) == RETRY;
    if (!candidates.contains(lastSource)) {
      return 0;
    }
    batch.readdress(first, virtualPeer, virtualLocal);
    return 1; // One at a time: the engine's answer must be about this sender.
  }

  @Override
  boolean send(TransmitBatch batch, PeerConnection connection) {
    if (outlet != null) {
      return outlet.send(batch, connection);
    }
    for (NativeAddress candidate : candidates) {
      for (int i = 0; i < batch.size(); i++) {
        batch.redirect(i, candidate);
      }
      UdpTransport toward = transports.toward(candidate, home);
      if (toward != null) {
        toward.sendOrDrop(batch, counters); // A handshake packet lost here is sent again.
      }
    }
    pool.giveBack(batch);
    return true;
  }

  @Override
  @Nullable UdpTransport transport() {
    return outlet == null ? null : outlet.transport();
  }

  @Override
  NativeAddress remote(NativeAddress seen) {
    return outlet == null ? candidates.getFirst() : seen;
  }

  @Override
  NativeAddress local(NativeAddress seen) {
    if (outlet != null) {
      return seen;
    }
    UdpTransport transport = transports.toward(candidates.getFirst(), home);
    return transport == null ? NativeAddress.NONE : transport.boundAddress();
  }
}
