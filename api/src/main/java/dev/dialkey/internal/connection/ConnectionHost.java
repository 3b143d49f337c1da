package dev.dialkey.internal.connection;

import dev.dialkey.CloseReason;
import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.internal.loop.ConnectionTable;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.loop.ScratchPool;
import dev.dialkey.internal.loop.TransmitPool;
import dev.dialkey.internal.loop.Transports;
import dev.dialkey.internal.machine.Machine;
import java.util.concurrent.Executor;

/**
 * What a connection needs of its endpoint. Called under the connection's lock, so an implementation
 * takes at most locks of its own and calls back into no connection.
 */
public interface ConnectionHost {

  /** What the endpoint runs on. */
  Machine machine();

  ConnectionTable connections();

  Transports transports();

  TransmitPool transmitPool();

  ScratchPool scratchPool();

  EndpointCounters counters();

  /** A number for a new connection, given once. */
  long nextConnectionId();

  /** Runs user code. */
  Executor executor();

  /** The handshake is over and the peer is known. */
  void established(PeerConnection connection);

  /** The address of a dialled peer is known for good. */
  void pinned(PeerConnection connection, NativeAddress peer);

  /** No data goes in or out any more; it may still be read out and drained. */
  void closed(PeerConnection connection, CloseReason reason);

  /** The native connection is freed. */
  void gone(PeerConnection connection);
}
