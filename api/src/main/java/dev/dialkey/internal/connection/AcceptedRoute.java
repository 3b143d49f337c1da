package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.LoopCounters;
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
  private final LoopCounters counters;

  private NativeAddress peer;
  private boolean confirmed;

  AcceptedRoute(NativeAddress peer, ConnectionHost host) {
    this.peer = peer;
    this.transports = host.transports();
    this.pool = host.transmitPool();
    this.counters = host.counters();
  }

  /** From now on the engine follows the client. */
  void confirm() {
    confirmed = true;
  }

  /** The engine has followed the client to this address. */
  void moveTo(NativeAddress address) {
    peer = address;
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
    UdpTransport transport = transports.toward(peer);
    boolean usual = transport != null;
    for (int i = 0; usual && i < batch.size(); i++) {
      usual = transports.toward(batch.to(i)) == transport;
    }
    if (usual && transport != null) {
      return transport.sendAndRelease(batch, connection);
    }
    // The client is being followed from one socket to another: path challenges, a few packets.
    for (int i = 0; i < batch.size(); i++) {
      UdpTransport toward = transports.toward(batch.to(i));
      if (toward == null || toward.socket().send(batch, i, 1) == 0) {
        counters.unsentDropped.increment();
      }
    }
    pool.giveBack(batch);
    return true;
  }

  @Override
  @Nullable UdpTransport transport() {
    return transports.toward(peer);
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
