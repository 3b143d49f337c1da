/** Helpers for tests of programs that use Dialkey: the leak check, and endpoints on loopback. */
@NullMarked
package dev.dialkey.testkit;

import org.jspecify.annotations.NullMarked;
