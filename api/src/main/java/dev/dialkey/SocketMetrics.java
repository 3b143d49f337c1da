package dev.dialkey;

/**
 * What went through an endpoint's UDP sockets.
 *
 * @param datagramsReceived datagrams received
 * @param bytesReceived bytes in them
 * @param truncatedDropped datagrams dropped because they were longer than any buffer
 * @param datagramsSent datagrams sent
 * @param bytesSent bytes in them
 * @param sendErrors datagrams that the system refused for good, counted as lost
 * @param fullBuffers times that a send buffer of the system was full
 * @param unsentDropped handshake packets and answers for which the system had no room
 */
public record SocketMetrics(
    long datagramsReceived,
    long bytesReceived,
    long truncatedDropped,
    long datagramsSent,
    long bytesSent,
    long sendErrors,
    long fullBuffers,
    long unsentDropped) {}
