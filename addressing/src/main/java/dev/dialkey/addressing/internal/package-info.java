/** Text of URLs, hosts and IP addresses; not exported. */
@NullMarked
package dev.dialkey.addressing.internal;

import org.jspecify.annotations.NullMarked;
