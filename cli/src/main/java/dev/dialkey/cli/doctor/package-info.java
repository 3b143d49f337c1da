/** What Dialkey finds on a machine, and how it could run better there. */
@NullMarked
package dev.dialkey.cli.doctor;

import org.jspecify.annotations.NullMarked;
