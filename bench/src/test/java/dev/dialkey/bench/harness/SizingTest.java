package dev.dialkey.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.Workload;
import org.junit.jupiter.api.Test;

class SizingTest {
  private static final long MIB = 1 << 20;
  private static final Sizing SIZING = new Sizing(1024 * MIB, 1.5, 8);

  @Test
  void bulkTakesTheBytesAskedForWhereTheyAreQuick() {
    assertThat(SIZING.next(Workload.BULK, 64 * MIB, 0.1, 0.06)).isEqualTo(1024 * MIB);
  }

  @Test
  void bulkOfASlowPeerTakesNoLongerThanAllowed() {
    assertThat(SIZING.next(Workload.BULK, 64 * MIB, 3, 2)).isEqualTo(256 * MIB);
  }

  @Test
  void bulkNeverFallsBelowAMebibyte() {
    assertThat(SIZING.next(Workload.BULK, 64 * MIB, 1000, 1000)).isEqualTo(MIB);
  }

  @Test
  void fewBytesAreNotExceededByTheFirstStep() {
    assertThat(new Sizing(4 * MIB, 1.5, 8).first(Workload.BULK)).isEqualTo(4 * MIB);
  }

  @Test
  void requestsGrowUntilTheyCostEnough() {
    // 100 µs each, so 1.5 s of CPU are 15,000 of them.
    assertThat(SIZING.next(Workload.LAT, 1_000, 0.1, 0.1)).isEqualTo(15_000);
  }

  @Test
  void requestsThatWaitMoreThanTheyCostAreBoundByTime() {
    assertThat(SIZING.next(Workload.LAT, 1_000, 0.01, 1)).isEqualTo(8_000);
  }

  @Test
  void oneImmeasurablyShortStepDoesNotBlowUpTheNext() {
    assertThat(SIZING.next(Workload.RPS, 5_000, 0, 0)).isEqualTo(500_000);
    assertThat(SIZING.next(Workload.HS, 5_000, 0.0001, 0.0001)).isEqualTo(10_000);
  }

  @Test
  void sizesAreRoundedDownToTwoDigits() {
    assertThat(SIZING.next(Workload.RPS, 10_000, 1.2, 0.9)).isEqualTo(12_000);
  }

  @Test
  void connectionsThatStayAreAlwaysTwoThousand() {
    assertThat(20 + SIZING.first(Workload.IDLE)).isEqualTo(2_000);
    assertThat(SIZING.next(Workload.IDLE, 1_980, 1, 100)).isEqualTo(1_980);
  }
}
