package dev.dialkey.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process uses, by the system's account. Stateless; Linux only. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  static boolean isKnown() {
    return Files.isReadable(STATUS);
  }

  /** Resident memory outside of the Java heap in MiB, after a collection. */
  static long nativeMib() throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return resident() - runtime.totalMemory() / (1024 * 1024);
  }

  /** Used Java heap in MiB, after a collection. */
  static long heapMib() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / (1024 * 1024);
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new AssertionError(STATUS + " has no line VmRSS");
  }
}
