package dev.dialkey;

import dev.dialkey.addressing.EndpointId;
import java.util.Optional;

/**
 * A handshake, for observers.
 *
 * @param connectionId as {@link Connection#connectionId()}
 * @param side which side this endpoint is
 * @param dialled the peer's id where this side dials; who dials this side proves it later
 */
public record HandshakeInfo(long connectionId, Side side, Optional<EndpointId> dialled) {}
