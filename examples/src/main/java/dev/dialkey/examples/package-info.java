/** Small programs that show how to use Dialkey, each in a class of its own. */
@NullMarked
package dev.dialkey.examples;

import org.jspecify.annotations.NullMarked;
