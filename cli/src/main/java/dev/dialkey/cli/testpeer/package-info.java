/** A peer for tests of networks: sends and receives on a schedule and tells what happens when. */
@NullMarked
package dev.dialkey.cli.testpeer;

import org.jspecify.annotations.NullMarked;
