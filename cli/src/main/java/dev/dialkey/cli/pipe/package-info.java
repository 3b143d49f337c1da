/** Pipes between programs on two machines, in the protocol that dumbpipe speaks too. */
@NullMarked
package dev.dialkey.cli.pipe;

import org.jspecify.annotations.NullMarked;
