package dev.dialkey.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResetLimiterTest {
  private static final long START = Long.MAX_VALUE - 3 * ResetLimiter.INTERVAL_NANOS;

  @Test
  void burstIsLimited() {
    var limiter = new ResetLimiter(START);
    assertThat(acquired(limiter, START, 1_000)).isEqualTo(ResetLimiter.BURST);
  }

  @Test
  void oneMoreIsEarnedPerInterval() {
    var limiter = new ResetLimiter(START);
    acquired(limiter, START, 1_000);
    for (int i = 1; i <= 10; i++) { // Over the wrap-around of the clock, too.
      long now = START + i * ResetLimiter.INTERVAL_NANOS;
      assertThat(limiter.tryAcquire(now - 1)).isFalse();
      assertThat(limiter.tryAcquire(now)).isTrue();
      assertThat(limiter.tryAcquire(now)).isFalse();
    }
  }

  @Test
  void longPauseEarnsNoMoreThanABurst() {
    var limiter = new ResetLimiter(0);
    acquired(limiter, 0, 1_000);
    long later = 1_000_000 * ResetLimiter.INTERVAL_NANOS;
    assertThat(acquired(limiter, later, 1_000)).isEqualTo(ResetLimiter.BURST);
  }

  private static int acquired(ResetLimiter limiter, long now, int attempts) {
    int acquired = 0;
    for (int i = 0; i < attempts; i++) {
      acquired += limiter.tryAcquire(now) ? 1 : 0;
    }
    return acquired;
  }
}
