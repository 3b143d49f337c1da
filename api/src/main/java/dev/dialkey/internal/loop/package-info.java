/** The event loop: sockets, timers, and the table that finds connections. Knows no protocol. */
@NullMarked
package dev.dialkey.internal.loop;

import org.jspecify.annotations.NullMarked;
