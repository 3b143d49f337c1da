package dev.dialkey.bench.harness.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class CpuClockTest {
  private static final long WORK_NANOS = 50_000_000;

  @Test
  void timeOfThreadsThatEndedStaysCounted() throws Exception {
    CpuClock clock = CpuClock.of(ProcessHandle.current().pid());
    double before = clock.seconds();

    Thread worker = Thread.ofPlatform().name("test-worker").start(CpuClockTest::work);
    worker.join();

    assertThat(clock.seconds() - before).isGreaterThanOrEqualTo(WORK_NANOS * 1e-9);
  }

  @Test
  void aProcessThatEndedHasNoClock() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    assertThatThrownBy(() -> CpuClock.of(process.pid()).seconds()).isInstanceOf(IOException.class);
  }

  @Test
  void itAgreesWithTheTicksOfTheKernel() throws Exception {
    ProcessMeter meter = ProcessMeter.of(ProcessHandle.current().pid(), SystemClock.open());
    var use = meter.read();
    // Both parts are cut to ticks, and more was used between the two readings.
    assertThat(use.userSeconds() + use.systemSeconds())
        .isBetween(use.cpuSeconds() - 0.1, use.cpuSeconds() + 0.1);
  }

  /** Uses CPU time of this thread, not time on the wall. */
  private static void work() {
    var threads = ManagementFactory.getThreadMXBean();
    while (threads.getCurrentThreadCpuTime() < WORK_NANOS) {
      Thread.onSpinWait();
    }
  }
}
