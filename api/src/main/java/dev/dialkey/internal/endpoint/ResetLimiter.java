package dev.dialkey.internal.endpoint;

/**
 * A token bucket for answers to packets of unknown connections, so that two endpoints never answer
 * each other without end (RFC 9000 section 10.3.3). Owned by one loop thread.
 */
final class ResetLimiter {
  static final int BURST = 32;
  static final long INTERVAL_NANOS = 5_000_000;

  private int tokens = BURST;
  private long refilledNanos;

  ResetLimiter(long nowNanos) {
    refilledNanos = nowNanos;
  }

  /** Whether one more answer may go out. */
  boolean tryAcquire(long nowNanos) {
    long earned = (nowNanos - refilledNanos) / INTERVAL_NANOS;
    if (earned > 0) {
      tokens = (int) Math.min(BURST, tokens + earned);
      refilledNanos += earned * INTERVAL_NANOS;
    }
    if (tokens == 0) {
      return false;
    }
    tokens--;
    return true;
  }
}
