package dev.dialkey.testkit;

/** What takes turns in a simulation. */
interface Actor {
  /** Returned by {@link #wakesAtNanos}: not by itself. */
  long NEVER = Long.MAX_VALUE;

  /** Whether it would do something if it had the turn. */
  boolean isReady(long nowNanos);

  /** When it becomes ready by itself. */
  long wakesAtNanos();

  /** Takes its turn. */
  void takeTurn();

  /** Whether it will never be ready again. */
  boolean isOver();
}
