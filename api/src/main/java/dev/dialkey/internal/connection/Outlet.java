package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.loop.UdpTransport;
import org.jspecify.annotations.Nullable;

/**
 * Sends packets whose addresses are real: those of the path that carries the data with one call,
 * those of others one run at a time. Guarded by the connection's lock.
 */
final class Outlet {
  private final Transports transports;
  private final TransmitPool pool;
  private final EndpointCounters counters;

  /** Where the data goes, and where it comes from. */
  private NativeAddress peer;

  private NativeAddress local;

  private @Nullable UdpTransport transport;

  Outlet(
      ConnectionHost host,
      NativeAddress peer,
      NativeAddress local,
      @Nullable UdpTransport transport) {
    this.transports = host.transports();
    this.pool = host.transmitPool();
    this.counters = host.counters();
    this.peer = peer;
    this.local = local;
    this.transport = transport;
  }

  /** The data goes to this address from now on, from that one of ours. */
  void use(NativeAddress newPeer, NativeAddress newLocal) {
    peer = newPeer;
    local = newLocal;
    transport = transports.at(newLocal, transport);
  }

  NativeAddress peer() {
    return peer;
  }

  @Nullable UdpTransport transport() {
    return transport;
  }

  /**
   * Sends a batch and gives up its buffer.
   *
   * @return false when the connection has to wait for room in the socket
   */
  boolean send(TransmitBatch batch, PeerConnection connection) {
    UdpTransport usual = transport;
    boolean allToPeer = usual != null;
    for (int i = 0; allToPeer && i < batch.size(); i++) {
      allToPeer = batch.isTo(i, peer) && batch.isFrom(i, local);
    }
    if (allToPeer && usual != null) {
      return usual.sendAndRelease(batch, connection);
    }
    // Other paths, and addresses that are none: challenges, a few packets.
    for (int i = 0; i < batch.size(); i++) {
      UdpTransport holder = transports.at(batch.from(i), usual);
      if (holder == null || holder.socket().send(batch, i, 1) == 0) {
        counters.unsentDropped.increment();
      }
    }
    pool.giveBack(batch);
    return true;
  }
}
