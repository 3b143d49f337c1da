package dev.dialkey.internal.connection;

import dev.dialkey.bindings.NativeAddress;

/**
 * A datagram that came before its connection existed.
 *
 * @param bytes the datagram; not copied, it changes hands
 * @param from who sent it
 * @param to our address it arrived at
 */
@SuppressWarnings("ArrayRecordComponent") // It is never compared.
public record EarlyDatagram(byte[] bytes, NativeAddress from, NativeAddress to) {}
