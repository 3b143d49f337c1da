package dev.dialkey.internal.connection;

import dev.dialkey.ConnectionStats;
import dev.dialkey.PathInfo;
import dev.dialkey.PathStats;
import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativePath;
import dev.dialkey.bindings.NativeStats;
import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import java.time.Duration;
import java.util.List;

/** Turns the engine's figures into what the API shows. Stateless. */
final class Snapshots {

  private Snapshots() {}

  static List<PathInfo> paths(NativeConnection engine, Route route) {
    return engine.paths().list().stream()
        .filter(path -> path.state() == NativePath.State.VALIDATED || path.active())
        .map(path -> info(path, route))
        .toList();
  }

  static ConnectionStats stats(NativeStats stats) {
    return new ConnectionStats(
        stats.get(NativeStats.SENT_PACKETS),
        stats.get(NativeStats.RECEIVED_PACKETS),
        stats.get(NativeStats.LOST_PACKETS),
        stats.get(NativeStats.SENT_BYTES),
        stats.get(NativeStats.RECEIVED_BYTES),
        stats.get(NativeStats.LOST_BYTES),
        stats.get(NativeStats.STREAM_RETRANSMITTED_BYTES),
        stats.get(NativeStats.DROPPED_DATAGRAMS),
        stats.get(NativeStats.KEEP_ALIVES),
        stats.get(NativeStats.SENT_DATAGRAMS),
        stats.get(NativeStats.RECEIVED_DATAGRAMS),
        stats.get(NativeStats.SEND_DROPPED_DATAGRAMS),
        stats.get(NativeStats.RECEIVE_DROPPED_DATAGRAMS));
  }

  private static PathInfo info(NativePath path, Route route) {
    return new PathInfo(
        new PathId(path.id()),
        route.remote(path.peer()).toSocketAddress(),
        route.local(path.local()).toSocketAddress(),
        path.active(),
        path.backup() ? PathStatus.BACKUP : PathStatus.AVAILABLE,
        Duration.ofNanos(path.rttNanos()),
        Duration.ofNanos(path.minRttNanos()),
        path.congestionWindow(),
        path.mtu(),
        new PathStats(
            path.sent(),
            path.received(),
            path.lost(),
            path.sentBytes(),
            path.receivedBytes(),
            path.lostBytes()));
  }
}
