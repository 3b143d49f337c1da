package dev.dialkey.internal.reflexive;

import dev.dialkey.holepunch.AddressFamily;

/**
 * One connection to a server, or the attempt at one.
 *
 * @param number no other probe of the endpoint has it
 * @param server which of the configured servers
 * @param family of the addresses on both sides
 */
public record Probe(long number, int server, AddressFamily family) {}
