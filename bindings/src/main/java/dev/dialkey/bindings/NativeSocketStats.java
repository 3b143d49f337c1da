package dev.dialkey.bindings;

/**
 * Totals of a socket.
 *
 * @param receivedDatagrams datagrams received
 * @param receivedBytes bytes in them
 * @param truncatedDatagrams datagrams dropped for their size
 * @param sentDatagrams datagrams sent
 * @param sentBytes bytes in them
 * @param sendErrors sends that the system refused, counted as lost
 * @param fullBuffers times the send buffer was full
 */
public record NativeSocketStats(
    long receivedDatagrams,
    long receivedBytes,
    long truncatedDatagrams,
    long sentDatagrams,
    long sentBytes,
    long sendErrors,
    long fullBuffers) {}
