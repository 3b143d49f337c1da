/**
 * Keys, endpoint ids, relay URLs, endpoint addresses, tickets and ALPNs, with their text and binary
 * forms.
 *
 * <p>Everything here is a value: no I/O, no threads, no name resolution. All types but {@link
 * dev.dialkey.addressing.SecretKey} are immutable, and all are safe to share between threads.
 * Parsers treat their input as hostile: the only exception they throw for bad text or bytes is
 * {@link dev.dialkey.addressing.AddressFormatException}, and time and memory grow linearly with the
 * input. The forms are described in {@code docs/spec/addressing.md}.
 */
@NullMarked
package dev.dialkey.addressing;

import org.jspecify.annotations.NullMarked;
