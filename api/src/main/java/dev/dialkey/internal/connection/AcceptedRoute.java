package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.loop.UdpTransport;
import org.jspecify.annotations.Nullable;

/**
 * The server's side: the engine sees the real addresses. Copies of the first flight that took
 * another way are dropped, and a client is not followed to another address before the handshake is
 * confirmed (RFC 9000 section 9).
 */
final class AcceptedRoute extends Route {
  private final Transports transports;
  private final TransmitPool pool;
  private final EndpointCounters counters;

  private NativeAddress peer;
  private @Nullable UdpTransport transport;
  private boolean confirmed;

  AcceptedRoute(NativeAddress peer, UdpTransport arrivedAt, ConnectionHost host) {
    this.peer = peer;
    this.transport = arrivedAt;
    this.transports = host.transports();
    this.pool = host.transmitPool();
    this.counters = host.counters();
  }

  /** From now on the engine follows the client. */
  @Override
  void confirmed() {
    confirmed = true;
  }

  @Override
  void migrated(NativeAddress address, NativeAddress local) {
    peer = address;
    transport = transports.at(local, transport);
  }

  @Override
  int admit(PacketBatch batch, int first, int end) {
    if (confirmed) {
      return end - first;
    }
    int i = first;
    while (i < end && batch.isFrom(i, peer)) {
      i++;
    }
    return i - first;
  }

  @Override
  boolean send(TransmitBatch batch, PeerConnection connection) {
    UdpTransport usual = transport;
    boolean allToPeer = usual != null;
    for (int i = 0; allToPeer && i < batch.size(); i++) {
      allToPeer = batch.isTo(i, peer);
    }
    if (allToPeer && usual != null) {
      return usual.sendAndRelease(batch, connection);
    }
    // The client is being followed to another address: path challenges, a few packets.
    for (int i = 0; i < batch.size(); i++) {
      UdpTransport holder = transports.at(batch.from(i), usual);
      if (holder == null || holder.socket().send(batch, i, 1) == 0) {
        counters.unsentDropped.increment();
      }
    }
    pool.giveBack(batch);
    return true;
  }

  @Override
  @Nullable UdpTransport transport() {
    return transport;
  }

  @Override
  NativeAddress remote(NativeAddress seen) {
    return seen;
  }

  @Override
  NativeAddress local(NativeAddress seen) {
    return seen;
  }
}
