/** Benchmarks of Dialkey beside its peers. */
@NullMarked
package dev.dialkey.bench;

import org.jspecify.annotations.NullMarked;
