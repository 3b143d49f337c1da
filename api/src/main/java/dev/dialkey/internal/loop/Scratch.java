package dev.dialkey.internal.loop;

import dev.dialkey.bindings.EventBatch;
import dev.dialkey.bindings.PacketBatch;

/**
 * Native memory of a thread that drives a connection, for the length of one visit.
 *
 * @param batch room for at least one datagram
 * @param events room for what the engine reports
 */
public record Scratch(PacketBatch batch, EventBatch events) {}
