/** One connection: its lock, its streams, its waiters, and where its packets go. */
@NullMarked
package dev.dialkey.internal.connection;

import org.jspecify.annotations.NullMarked;
