package dev.dialkey.bench.harness.process;

import dev.dialkey.bench.harness.result.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How busy the machine is. */
public final class SystemClock {
  private static final Path STAT = Path.of("/proc/stat");
  private static final Path LOAD = Path.of("/proc/loadavg");

  private final double tickSeconds;

  private SystemClock(double tickSeconds) {
    this.tickSeconds = tickSeconds;
  }

  /** The clock of this machine. */
  public static SystemClock open() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("getconf", "CLK_TCK").start();
    try (var reader = process.inputReader()) {
      String line = reader.readLine();
      process.waitFor();
      if (line == null) {
        throw new IOException("getconf does not tell CLK_TCK: the driver needs Linux");
      }
      return new SystemClock(1.0 / Long.parseLong(line.trim()));
    }
  }

  /** How long a tick is, in which /proc counts. */
  double tickSeconds() {
    return tickSeconds;
  }

  /**
   * A look at the machine.
   *
   * @param busySeconds CPU time of all processes since the machine started
   * @param load the load average
   */
  public record Look(double busySeconds, double load) {

    /**
     * What happened since.
     *
     * @param earlier the look at the beginning
     * @param ownSeconds CPU time of the two peers in between
     */
    public Surroundings since(Look earlier, double ownSeconds) {
      // Ticks are coarse, so on a quiet machine the difference can fall below nothing.
      double others = Math.max(0, busySeconds - earlier.busySeconds - ownSeconds);
      return new Surroundings(earlier.load, load, others);
    }
  }

  /** Looks now. */
  public Look look() throws IOException {
    return new Look(
        ProcText.busyTicks(Files.readString(STAT)) * tickSeconds,
        ProcText.load(Files.readString(LOAD)));
  }
}
