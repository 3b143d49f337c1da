package dev.dialkey.internal.reflexive;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where the endpoint is seen from outside, in one address family.
 *
 * @param address the first one that a server has told
 * @param variesByDestination whether other servers see another one, so that peers probably cannot
 *     use it; empty while a single server has told
 */
public record Reflexive(InetSocketAddress address, Optional<Boolean> variesByDestination) {}
