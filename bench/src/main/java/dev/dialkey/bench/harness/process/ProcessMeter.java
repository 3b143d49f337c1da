package dev.dialkey.bench.harness.process;

import dev.dialkey.bench.harness.result.ProcessUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what a running process has used so far. */
final class ProcessMeter {
  private final CpuClock clock;
  private final Path folder;
  private final double tickSeconds;

  private ProcessMeter(CpuClock clock, Path folder, double tickSeconds) {
    this.clock = clock;
    this.folder = folder;
    this.tickSeconds = tickSeconds;
  }

  static ProcessMeter of(long pid, SystemClock system) throws IOException {
    return new ProcessMeter(
        CpuClock.of(pid), Path.of("/proc", Long.toString(pid)), system.tickSeconds());
  }

  /** Running totals; subtract an earlier reading. */
  ProcessUse read() throws IOException {
    var ticks = ProcText.processTicks(Files.readString(folder.resolve("stat")));
    return new ProcessUse(
        clock.seconds(),
        ticks.user() * tickSeconds,
        ticks.system() * tickSeconds,
        ProcText.residentBytes(Files.readString(folder.resolve("status"))));
  }
}
