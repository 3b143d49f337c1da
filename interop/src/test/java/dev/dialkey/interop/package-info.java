/** Tests against real iroh peers, which they start as processes. */
@NullMarked
package dev.dialkey.interop;

import org.jspecify.annotations.NullMarked;
