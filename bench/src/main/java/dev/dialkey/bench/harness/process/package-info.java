/** Peers as processes, and what the kernel knows of them. */
@NullMarked
package dev.dialkey.bench.harness.process;

import org.jspecify.annotations.NullMarked;
