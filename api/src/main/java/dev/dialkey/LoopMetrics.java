package dev.dialkey;

/**
 * What an endpoint's event loops did with datagrams. Every reason for which one is dropped has a
 * counter of its own.
 *
 * @param datagramsDelivered datagrams that belonged to a connection
 * @param malformedDropped datagrams that are no QUIC, or no first packet
 * @param unknownConnectionDropped packets of connections that do not exist
 * @param foreignSourceDropped datagrams from addresses their connection does not talk to
 * @param slowTurns turns longer than 50 ms
 */
public record LoopMetrics(
    long datagramsDelivered,
    long malformedDropped,
    long unknownConnectionDropped,
    long foreignSourceDropped,
    long slowTurns) {}
