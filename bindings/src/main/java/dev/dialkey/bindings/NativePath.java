package dev.dialkey.bindings;

/**
 * One path of a connection, {@code dk_path_info}.
 *
 * @param id path id
 * @param local our address as the engine sees it
 * @param peer the peer's address as the engine sees it
 * @param active whether it carries data
 * @param backup whether the peer wants it as a backup
 * @param rttNanos smoothed round-trip time
 * @param minRttNanos smallest round-trip time
 * @param congestionWindow bytes that may be in flight
 * @param mtu largest UDP payload
 * @param sent packets sent
 * @param received packets received
 * @param lost packets lost
 * @param sentBytes bytes sent
 * @param receivedBytes bytes received
 * @param lostBytes bytes lost
 */
public record NativePath(
    long id,
    NativeAddress local,
    NativeAddress peer,
    boolean active,
    boolean backup,
    long rttNanos,
    long minRttNanos,
    long congestionWindow,
    int mtu,
    long sent,
    long received,
    long lost,
    long sentBytes,
    long receivedBytes,
    long lostBytes) {}
