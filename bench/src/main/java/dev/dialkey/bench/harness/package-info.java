/** The driver of the process-level benchmarks: who runs against whom, in which order. */
@NullMarked
package dev.dialkey.bench.harness;

import org.jspecify.annotations.NullMarked;
