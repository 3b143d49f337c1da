package dev.dialkey.internal.machine;

/** What a parked thread waits for. */
public interface Parked {

  /** Whether the wait is over; may be asked on any thread. */
  boolean isOver();
}
