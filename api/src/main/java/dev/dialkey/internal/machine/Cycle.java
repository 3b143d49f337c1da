package dev.dialkey.internal.machine;

/** Work that comes round again and again and sleeps in between: an event loop's. */
public interface Cycle {

  /** Has a thread of its own do the work until it is closed. */
  void start();

  /**
   * Does the work up to the point where the thread would sleep, for who drives it without one. The
   * socket is asked what woke it.
   *
   * @return how long it would sleep; 0 when there is more to do at once
   */
  long step();

  /** Whether it is not to be driven any more. */
  boolean isClosed();
}
