package dev.dialkey;

/**
 * What became of an endpoint's connections.
 *
 * @param dialled dials begun
 * @param accepted incoming connections that the application accepted
 * @param refused incoming connections that it refused
 * @param ignored incoming connections that it ignored
 * @param retriesSent incoming connections that were asked to prove their address
 * @param invalidTokensDropped incoming connections with a forged or expired proof
 * @param handshakesFailed handshakes of either direction that ended without a connection
 * @param opened connections past their handshake
 * @param closed those of them that are over
 * @param handshaking handshakes under way
 * @param incomingDropped first packets beyond the bounds of the accept queue or of handshakes
 * @param incomingExpired incoming connections that nobody accepted in time
 * @param notAcceptingDropped first packets while nothing was accepted
 * @param statelessResetsSent answers to packets of a former life
 * @param versionNegotiationsSent answers to other versions of QUIC
 * @param listenerEventsDropped events that an {@link EndpointListener} was too slow for
 */
public record ConnectionMetrics(
    long dialled,
    long accepted,
    long refused,
    long ignored,
    long retriesSent,
    long invalidTokensDropped,
    long handshakesFailed,
    long opened,
    long closed,
    long handshaking,
    long incomingDropped,
    long incomingExpired,
    long notAcceptingDropped,
    long statelessResetsSent,
    long versionNegotiationsSent,
    long listenerEventsDropped) {}
