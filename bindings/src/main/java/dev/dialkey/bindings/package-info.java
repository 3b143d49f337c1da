/** Typed wrappers over the native library, and its loader. */
@NullMarked
package dev.dialkey.bindings;

import org.jspecify.annotations.NullMarked;
