/**
 * Candidates and paths of a connection, and the decisions about them.
 *
 * <p>Everything here is a pure function or an immutable value: no socket, clock, thread, lock or
 * random source. Safe to share between threads.
 */
@NullMarked
package dev.dialkey.holepunch;

import org.jspecify.annotations.NullMarked;
