package dev.dialkey;

import dev.dialkey.holepunch.PathId;
import dev.dialkey.holepunch.PathStatus;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * One open path of a connection, as it is now.
 *
 * @param id the path
 * @param remote the peer's address on it
 * @param local our address on it, a wildcard address where the system chooses
 * @param selected whether it carries application data
 * @param status whether it may carry data or is kept as a backup
 * @param rtt smoothed round-trip time
 * @param minRtt smallest round-trip time seen
 * @param congestionWindow bytes that may be in flight
 * @param mtu largest UDP payload sent on it, in bytes
 * @param stats what went over it
 */
public record PathInfo(
    PathId id,
    InetSocketAddress remote,
    InetSocketAddress local,
    boolean selected,
    PathStatus status,
    Duration rtt,
    Duration minRtt,
    long congestionWindow,
    int mtu,
    PathStats stats) {}
