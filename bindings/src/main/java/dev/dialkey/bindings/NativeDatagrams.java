package dev.dialkey.bindings;

/**
 * The datagrams of a connection, {@code dk_dgram_state}.
 *
 * @param maxPayload longest payload that can be sent now; 0 when the peer takes none or the
 *     handshake is not complete
 * @param sendSpace payload bytes that the send queue has room for
 * @param toRead datagrams that wait to be read
 * @param toSend datagrams that wait to be sent
 */
public record NativeDatagrams(int maxPayload, long sendSpace, int toRead, int toSend) {}
