/**
 * Netty QUIC, kwik and TLS over TCP as peers of the benchmark.
 *
 * <p>Each peer is a process of its own, {@code server --port P} or {@code client HOST:PORT}. A
 * client reads one command a line from standard input and answers each with one line; a server
 * knows {@code stats} only.
 */
@NullMarked
package dev.dialkey.bench.peer;

import org.jspecify.annotations.NullMarked;
