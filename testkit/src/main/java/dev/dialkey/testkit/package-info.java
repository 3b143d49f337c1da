/**
 * Helpers for tests of programs that use Dialkey: the leak check, endpoints on loopback, and the
 * simulation of whole endpoints.
 */
@NullMarked
package dev.dialkey.testkit;

import org.jspecify.annotations.NullMarked;
