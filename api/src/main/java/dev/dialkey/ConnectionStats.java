package dev.dialkey;

/**
 * Totals of a connection since it was made.
 *
 * @param packetsSent QUIC packets sent
 * @param packetsReceived QUIC packets received
 * @param packetsLost QUIC packets declared lost
 * @param bytesSent bytes of those sent
 * @param bytesReceived bytes of those received
 * @param bytesLost bytes of those lost
 * @param streamBytesRetransmitted stream bytes sent again
 * @param datagramsDropped UDP datagrams of which no packet was accepted
 * @param keepAlives PINGs sent to keep the connection alive
 * @param messagesSent datagrams of the application sent, see {@link Datagrams}
 * @param messagesReceived datagrams of the application received
 * @param messagesSendDropped those dropped because the send buffer was full
 * @param messagesReceiveDropped those dropped because nobody read them in time
 */
public record ConnectionStats(
    long packetsSent,
    long packetsReceived,
    long packetsLost,
    long bytesSent,
    long bytesReceived,
    long bytesLost,
    long streamBytesRetransmitted,
    long datagramsDropped,
    long keepAlives,
    long messagesSent,
    long messagesReceived,
    long messagesSendDropped,
    long messagesReceiveDropped) {}
