/** Tables, chart and goals, made of results. */
@NullMarked
package dev.dialkey.bench.harness.report;

import org.jspecify.annotations.NullMarked;
