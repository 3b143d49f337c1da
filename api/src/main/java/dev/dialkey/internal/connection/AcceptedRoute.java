package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.UdpTransport;
import org.jspecify.annotations.Nullable;

/**
 * The server's side: the engine sees the real addresses. Copies of the first flight that took
 * another way are dropped, and a client is not followed to another address before the handshake is
 * confirmed (RFC 9000 section 9).
 */
final class AcceptedRoute extends Route {
  private final Outlet outlet;
  private boolean confirmed;

  AcceptedRoute(EarlyDatagram first, UdpTransport arrivedAt, ConnectionHost host) {
    this.outlet = new Outlet(host, first.from(), first.to(), arrivedAt);
  }

  /** From now on the engine follows the client. */
  @Override
  void confirmed() {
    confirmed = true;
  }

  @Override
  void use(NativeAddress peer, NativeAddress local) {
    outlet.use(peer, local);
  }

  @Override
  int admit(PacketBatch batch, int first, int end) {
    if (confirmed) {
      return end - first;
    }
    int i = first;
    while (i < end && batch.isFrom(i, outlet.peer())) {
      i++;
    }
    return i - first;
  }

  @Override
  boolean send(TransmitBatch batch, PeerConnection connection) {
    return outlet.send(batch, connection);
  }

  @Override
  @Nullable UdpTransport transport() {
    return outlet.transport();
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
