/** A peer for measurements: does on command what a benchmark times, and says how long it took. */
@NullMarked
package dev.dialkey.cli.perfpeer;

import org.jspecify.annotations.NullMarked;
