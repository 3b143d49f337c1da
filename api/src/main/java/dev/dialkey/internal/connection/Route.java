package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.internal.loop.UdpTransport;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection's packets really come from and go to, behind the addresses that the engine
 * sees. Guarded by the connection's lock.
 */
abstract sealed class Route permits AcceptedRoute, DialRoute {

  /**
   * Decides about datagrams {@code first} to {@code end} of the batch and gives them the addresses
   * the engine knows.
   *
   * @return how many from {@code first} on may be fed together, 0 to drop the first
   */
  abstract int admit(PacketBatch batch, int first, int end);

  /**
   * Sends a batch and gives up its buffer.
   *
   * @return false when the connection has to wait for room in the socket
   */
  abstract boolean send(TransmitBatch batch, PeerConnection connection);

  /** The engine has accepted the datagram admitted last, as an answer to its first flight. */
  void answered() {}

  /** The sender of the datagram admitted last has proved to be the peer. */
  void pinned(PeerConnection connection) {}

  /** The handshake is confirmed. */
  void confirmed() {}

  /** The path that carries the data leads to this address from now on, from that one of ours. */
  abstract void use(NativeAddress peer, NativeAddress local);

  /** The socket that carries the data; null while several do. */
  abstract @Nullable UdpTransport transport();

  /** The real address behind the peer address that the engine reports. */
  abstract NativeAddress remote(NativeAddress seen);

  /** The real address behind the local address that the engine reports. */
  abstract NativeAddress local(NativeAddress seen);
}
