package dev.dialkey.internal.endpoint;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.internal.connection.PeerConnection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The dialled connections by the address of their peer. A stateless reset carries no connection id
 * of ours, so its sender alone tells whom it may be for. Thread-safe.
 */
final class DialledPeers {
  private final ConcurrentHashMap<NativeAddress, List<PeerConnection>> byAddress =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<PeerConnection, NativeAddress> addresses =
      new ConcurrentHashMap<>();

  void add(PeerConnection connection, NativeAddress peer) {
    addresses.put(connection, peer);
    byAddress.merge(
        peer,
        List.of(connection),
        (old, added) -> Stream.concat(old.stream(), added.stream()).toList());
  }

  void remove(PeerConnection connection) {
    NativeAddress peer = addresses.remove(connection);
    if (peer != null) {
      byAddress.computeIfPresent(
          peer,
          (address, old) -> {
            var left = old.stream().filter(other -> !other.equals(connection)).toList();
            return left.isEmpty() ? null : left;
          });
    }
  }

  List<PeerConnection> at(NativeAddress peer) {
    return byAddress.getOrDefault(peer, List.of());
  }
}
