/** What was measured, as values. */
@NullMarked
package dev.dialkey.bench.harness.result;

import org.jspecify.annotations.NullMarked;
