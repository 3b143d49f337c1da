/**
 * Dial a public key, not an IP address: endpoints, connections, streams and the router.
 *
 * <p>Start with {@link dev.dialkey.Endpoint}. Waiting calls block their thread and are made for
 * virtual threads; each has a twin that returns a {@link java.util.concurrent.CompletableFuture}.
 */
@NullMarked
package dev.dialkey;

import org.jspecify.annotations.NullMarked;
