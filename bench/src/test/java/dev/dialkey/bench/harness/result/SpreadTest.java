package dev.dialkey.bench.harness.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void medianOfAnEvenNumberLiesBetweenTheMiddleOnes() {
    assertThat(Spread.of(Better.LOWER, 4, 1, 3, 2)).isEqualTo(new Spread(2.5, 1, 4, 4));
  }

  @Test
  void bestIsTheHighestWhereHigherIsBetter() {
    assertThat(Spread.of(Better.HIGHER, 4, 1, 3)).isEqualTo(new Spread(3, 4, 1, 3));
  }

  @Test
  void rangesThatTouchOverlap() {
    Spread lower = Spread.of(Better.LOWER, 1, 2);
    assertThat(lower.overlaps(Spread.of(Better.LOWER, 2, 3))).isTrue();
    assertThat(lower.overlaps(Spread.of(Better.LOWER, 2.1, 3))).isFalse();
    assertThat(Spread.of(Better.HIGHER, 2, 3).overlaps(Spread.of(Better.HIGHER, 1, 2))).isTrue();
  }

  @Test
  void ratioAboveOneIsBetterWhicheverWayIsGood() {
    Spread two = Spread.of(Better.LOWER, 2);
    Spread four = Spread.of(Better.LOWER, 4);
    assertThat(Ratio.of(Better.LOWER, four, two).value()).isCloseTo(2, within(1e-9));
    assertThat(Ratio.of(Better.HIGHER, two, four).value()).isCloseTo(2, within(1e-9));
  }

  @Test
  void ratioOfASingleRoundIsNotResolved() {
    Spread base = Spread.of(Better.LOWER, 1, 2);
    assertThat(Ratio.of(Better.LOWER, base, Spread.of(Better.LOWER, 5)).isResolved()).isFalse();
  }

  @Test
  void ratioOfOverlappingRangesIsNotResolved() {
    Spread base = Spread.of(Better.LOWER, 1, 2);
    assertThat(Ratio.of(Better.LOWER, base, Spread.of(Better.LOWER, 1.5, 3)).isResolved())
        .isFalse();
    assertThat(Ratio.of(Better.LOWER, base, Spread.of(Better.LOWER, 2.5, 3)).isResolved()).isTrue();
  }
}
