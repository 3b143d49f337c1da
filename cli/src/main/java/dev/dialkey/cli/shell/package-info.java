/** What all commands share: the shell that started them, the user's key, errors, the end. */
@NullMarked
package dev.dialkey.cli.shell;

import org.jspecify.annotations.NullMarked;
