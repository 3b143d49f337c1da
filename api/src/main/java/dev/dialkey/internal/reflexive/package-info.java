/** Learning from servers at which addresses an endpoint is seen from outside. */
@NullMarked
package dev.dialkey.internal.reflexive;

import org.jspecify.annotations.NullMarked;
