package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointId;

/**
 * A connection past its handshake, for observers.
 *
 * @param connectionId as {@link Connection#connectionId()}
 * @param side which side this endpoint is
 * @param remoteId the id that the peer has proved to own
 * @param alpn the protocol agreed on
 */
public record ConnectionInfo(long connectionId, Side side, EndpointId remoteId, Alpn alpn) {}
