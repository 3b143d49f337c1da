/**
 * Benchmarks of single steps, with JMH: what one call, one look-up or one packet's share of a turn
 * costs. {@code bench/micro} runs them; a test asserts what each may allocate.
 */
@NullMarked
package dev.dialkey.bench.micro;

import org.jspecify.annotations.NullMarked;
