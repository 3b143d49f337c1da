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
 * The client's side: the engine sees one virtual peer. Until a Handshake packet was authenticated,
 * every datagram is copied to all candidates and any of them may answer; then the sender of that
 * packet is the peer for good (docs/spec/quic.md, "First flight").
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

  private @Nullable NativeAddress pinned;
  private @Nullable UdpTransport pinnedTransport;

  /** Who sent the datagram fed last, while nobody is pinned. */
  private NativeAddress lastSource = NativeAddress.NONE;

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
    pinned = lastSource;
    pinnedTransport = transports.toward(lastSource, home);
    connection.host().pinned(connection, lastSource);
  }

  @Override
  int admit(PacketBatch batch, int first, int end) {
    NativeAddress peer = pinned;
    if (peer == null) {
      lastSource = batch.from(first);
      lastIsRetry = (batch.byteAt(first, 0) & RETRY) == RETRY;
      if (!candidates.contains(lastSource)) {
        return 0;
      }
      batch.readdress(first, virtualPeer, virtualLocal);
      return 1; // One at a time: the engine's answer must be about this sender.
    }
    int i = first;
    while (i < end && batch.isFrom(i, peer)) {
      batch.readdress(i, virtualPeer, virtualLocal);
      i++;
    }
    return i - first;
  }

  @Override
  boolean send(TransmitBatch batch, PeerConnection connection) {
    NativeAddress peer = pinned;
    UdpTransport transport = pinnedTransport;
    if (peer != null && transport != null) {
      for (int i = 0; i < batch.size(); i++) {
        batch.redirect(i, peer);
      }
      return transport.sendAndRelease(batch, connection);
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
    return pinnedTransport;
  }

  @Override
  NativeAddress remote(NativeAddress seen) {
    NativeAddress peer = pinned;
    return peer != null ? peer : candidates.getFirst();
  }

  @Override
  NativeAddress local(NativeAddress seen) {
    UdpTransport transport = transports.toward(remote(seen), home);
    return transport == null ? NativeAddress.NONE : transport.boundAddress();
  }
}
