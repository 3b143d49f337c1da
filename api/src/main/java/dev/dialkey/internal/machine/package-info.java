/** What an endpoint runs on: clock, threads and sockets, real or simulated. */
@NullMarked
package dev.dialkey.internal.machine;

import org.jspecify.annotations.NullMarked;
