package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.holepunch.Candidate;
import dev.dialkey.holepunch.NatTraversalFrame;
import dev.dialkey.holepunch.NatTraversalFrame.AddAddress;
import dev.dialkey.holepunch.NatTraversalFrame.ReachOut;
import dev.dialkey.holepunch.NatTraversalFrame.RemoveAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one connection learns of its peer's addresses, and the probes that it is asked for. Rounds
 * of its own it does not start yet. Guarded by the connection's lock.
 */
final class NatTraversal {
  /** As many as iroh keeps, and as we tell the peer. */
  static final int MOST_ADDRESSES = 32;

  private final PeerConnection connection;
  private final PathManager paths;
  private final NativeConnection engine;

  /** A client's: addresses of the server by their numbers. */
  private final SortedMap<Long, InetSocketAddress> remote = new TreeMap<>();

  /** A server's: what the client asked for in the current round. */
  private final List<InetSocketAddress> asked = new ArrayList<>();

  private long round;

  NatTraversal(PeerConnection connection, PathManager paths, NativeConnection engine) {
    this.connection = connection;
    this.paths = paths;
    this.engine = engine;
  }

  /** The addresses that the peer told of, at most {@link #MOST_ADDRESSES}. */
  List<InetSocketAddress> remoteAddresses() {
    return connection.isClient() ? List.copyOf(remote.values()) : List.copyOf(asked);
  }

  /** Both sides speak multipath: a server tells where else it may be reached. */
  void onNegotiated() {
    if (connection.isClient()) {
      return;
    }
    long seq = 0;
    for (NativeAddress bound : connection.host().transports().boundAddresses()) {
      InetSocketAddress address = bound.toSocketAddress();
      if (Candidate.objection(address).isEmpty()) {
        NatTraversalFrame frame = new AddAddress(seq, address);
        // Refused when the peer does not speak it.
        engine.paths().sendFrame(frame.type(), frame.body(), seq);
        seq++;
      }
    }
    connection.flusher().markDirty();
  }

  void onFrame(long type, byte[] body) {
    // The engine has looked at the form already, and at who may send what.
    NatTraversalFrame.parse(type, body).ifPresent(this::handle);
  }

  private void handle(NatTraversalFrame frame) {
    switch (frame) {
      case AddAddress add -> {
        if (remote.size() < MOST_ADDRESSES || remote.containsKey(add.seq())) {
          remote.put(add.seq(), add.address());
        }
      }
      case RemoveAddress remove -> remote.remove(remove.seq());
      case ReachOut reach -> reachOut(reach);
    }
  }

  private void reachOut(ReachOut frame) {
    if (frame.round() > round) {
      round = frame.round();
      asked.clear();
    }
    boolean isNew =
        frame.round() == round && asked.size() < MOST_ADDRESSES && !asked.contains(frame.address());
    // A peer must not make us send to a group of hosts, or to nobody.
    if (isNew && Candidate.objection(frame.address()).isEmpty()) {
      asked.add(frame.address());
      probe(frame.address());
    }
  }

  /** Sends one probe, unless too many wait already; what {@code NativePaths.probe} returns. */
  int probe(InetSocketAddress address) {
    NativeAddress peer = NativeAddress.of(address);
    NativeAddress local = paths.localToward(peer);
    return engine.paths().probe(connection.now(), local, peer);
  }
}
