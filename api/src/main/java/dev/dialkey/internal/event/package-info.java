/** Watched values, queues of events, and those who observe an endpoint. */
@NullMarked
package dev.dialkey.internal.event;

import org.jspecify.annotations.NullMarked;
