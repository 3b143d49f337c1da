package dev.dialkey;

import dev.dialkey.internal.loop.LoopCounters;

/**
 * What an endpoint has counted since it was bound. Every reason for which a datagram is dropped has
 * a counter of its own.
 *
 * @param datagramsDelivered datagrams that belonged to a connection
 * @param malformedDropped datagrams that are no QUIC, or no first packet
 * @param unknownConnectionDropped packets of connections that do not exist
 * @param foreignSourceDropped datagrams from addresses their connection does not talk to
 * @param notAcceptingDropped first packets while nothing was accepted
 * @param incomingDropped first packets beyond the bounds of the accept queue or of handshakes
 * @param incomingExpired incoming connections that nobody accepted in time
 * @param unsentDropped handshake packets and answers for which the socket had no room
 * @param statelessResetsSent answers to packets of a former life
 * @param versionNegotiationsSent answers to other versions of QUIC
 * @param slowTurns turns of an event loop longer than 50 ms
 */
public record EndpointMetrics(
    long datagramsDelivered,
    long malformedDropped,
    long unknownConnectionDropped,
    long foreignSourceDropped,
    long notAcceptingDropped,
    long incomingDropped,
    long incomingExpired,
    long unsentDropped,
    long statelessResetsSent,
    long versionNegotiationsSent,
    long slowTurns) {

  static EndpointMetrics of(LoopCounters counters) {
    return new EndpointMetrics(
        counters.delivered.sum(),
        counters.malformed.sum(),
        counters.unknownConnection.sum(),
        counters.foreignSource.sum(),
        counters.notAccepting.sum(),
        counters.incomingDropped.sum(),
        counters.incomingExpired.sum(),
        counters.unsentDropped.sum(),
        counters.resetsSent.sum(),
        counters.versionNegotiations.sum(),
        counters.slowTurns.sum());
  }
}
