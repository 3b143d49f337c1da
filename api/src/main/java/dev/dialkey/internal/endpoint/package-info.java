/** One endpoint: its sockets and loops, its dials, and what arrives at it. */
@NullMarked
package dev.dialkey.internal.endpoint;

import org.jspecify.annotations.NullMarked;
