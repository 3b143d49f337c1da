package dev.dialkey;

/**
 * How one accepted connection differs from the endpoint's others.
 *
 * @param transport its QUIC options
 */
public record ServerOptions(TransportOptions transport) {}
