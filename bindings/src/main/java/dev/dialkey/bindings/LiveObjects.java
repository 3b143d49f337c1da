package dev.dialkey.bindings;

/**
 * Native objects that are alive in this process.
 *
 * @param configurations configurations
 * @param connections connections
 * @param sockets UDP sockets
 */
public record LiveObjects(long configurations, long connections, long sockets) {}
