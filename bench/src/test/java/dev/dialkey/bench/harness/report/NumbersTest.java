package dev.dialkey.bench.harness.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bench.harness.result.Better;
import dev.dialkey.bench.harness.result.Ratio;
import dev.dialkey.bench.harness.result.Spread;
import org.junit.jupiter.api.Test;

class NumbersTest {

  @Test
  void figuresHaveAboutThreeDigits() {
    assertThat(Numbers.figure(1.416)).isEqualTo("1.42");
    assertThat(Numbers.figure(52.34)).isEqualTo("52.3");
    assertThat(Numbers.figure(744.4)).isEqualTo("744");
    assertThat(Numbers.figure(138_000)).isEqualTo("138.0 k");
    assertThat(Numbers.figure(2_345_678)).isEqualTo("2.35 M");
    assertThat(Numbers.figure(0.0123)).isEqualTo("0.0123");
    assertThat(Numbers.figure(0)).isEqualTo("0");
    assertThat(Numbers.figure(-3)).isEqualTo("-3.00");
  }

  @Test
  void spreadsShowBestBeforeWorst() {
    assertThat(Numbers.spread(Spread.of(Better.HIGHER, 9, 10, 11))).isEqualTo("10.0 [11.0–9.00]");
    assertThat(Numbers.spread(Spread.of(Better.LOWER, 5))).isEqualTo("5.00");
  }

  @Test
  void ratiosThatProveNothingAreMarked() {
    assertThat(Numbers.ratio(new Ratio(0.923, true))).isEqualTo("0.92");
    assertThat(Numbers.ratio(new Ratio(0.923, false))).isEqualTo("0.92 ≈");
  }
}
