/** The {@code dialkey} command: one class per command, and what they share. */
@NullMarked
package dev.dialkey.cli;

import org.jspecify.annotations.NullMarked;
