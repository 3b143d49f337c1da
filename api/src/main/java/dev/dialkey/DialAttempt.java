package dev.dialkey;

import dev.dialkey.addressing.TransportAddr;

/**
 * What became of one address of the dialled endpoint.
 *
 * @param address the address
 * @param outcome why it did not lead to a connection, in words
 */
public record DialAttempt(TransportAddr address, String outcome) {}
