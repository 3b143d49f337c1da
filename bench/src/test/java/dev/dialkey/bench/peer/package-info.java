/** Tests of the Java peers. */
@NullMarked
package dev.dialkey.bench.peer;

import org.jspecify.annotations.NullMarked;
