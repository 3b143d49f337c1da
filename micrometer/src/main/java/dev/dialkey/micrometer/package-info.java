/** The figures of an endpoint as Micrometer meters. */
@NullMarked
package dev.dialkey.micrometer;

import org.jspecify.annotations.NullMarked;
