package dev.dialkey;

/**
 * Totals of one path since it was opened.
 *
 * @param packetsSent QUIC packets sent
 * @param packetsReceived QUIC packets received
 * @param packetsLost QUIC packets declared lost
 * @param bytesSent bytes of those sent
 * @param bytesReceived bytes of those received
 * @param bytesLost bytes of those lost
 */
public record PathStats(
    long packetsSent,
    long packetsReceived,
    long packetsLost,
    long bytesSent,
    long bytesReceived,
    long bytesLost) {}
