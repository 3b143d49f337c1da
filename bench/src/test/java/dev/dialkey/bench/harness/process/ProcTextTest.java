package dev.dialkey.bench.harness.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcTextTest {

  @Test
  void aNameWithBracketsAndSpacesDoesNotShiftTheFields() {
    String stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 10 20 0 0 123 45 6 7 20 0 9 0 999 1 2";
    assertThat(ProcText.processTicks(stat)).isEqualTo(new ProcText.Ticks(123, 45));
  }

  @Test
  void busyIsEverythingButIdleAndWaiting() {
    String stat = "cpu  100 20 30 4000 500 6 7 8 90 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
    assertThat(ProcText.busyTicks(stat)).isEqualTo(100 + 20 + 30 + 6 + 7 + 8);
  }

  @Test
  void residentMemoryIsInBytes() {
    assertThat(ProcText.residentBytes("Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t    1234 kB\n"))
        .isEqualTo(1234 * 1024);
  }

  @Test
  void loadIsThatOfTheLastMinute() {
    assertThat(ProcText.load("0.58 1.06 0.77 1/89 14134\n")).isEqualTo(0.58);
  }
}
