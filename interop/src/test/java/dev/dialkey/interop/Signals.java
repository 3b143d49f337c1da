package dev.dialkey.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** Signals to processes, which Java cannot send. */
final class Signals {

  private Signals() {}

  /**
   * Sends one.
   *
   * @param name without SIG
   */
  static void send(String name, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("SIG" + name + " was not sent to " + pid);
    }
  }

  /**
   * Stops a process. The signal alone does not: threads run on until one of them has seen it, so
   * this waits until the system, if it is Linux, shows each of them as stopped.
   */
  static void stop(long pid) throws Exception {
    send("STOP", pid);
    Path threads = Path.of("/proc", Long.toString(pid), "task");
    long start = System.nanoTime();
    while (Files.isDirectory(threads) && !areStopped(threads)) {
      if (System.nanoTime() - start > IrohPeer.PATIENCE.toNanos()) {
        throw new AssertionError(pid + " was sent a SIGSTOP and runs on");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static boolean areStopped(Path threads) throws IOException {
    try (var all = Files.newDirectoryStream(threads)) {
      for (Path thread : all) {
        String stat = Files.readString(thread.resolve("stat"));
        // After the name in brackets, which may hold anything.
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
    }
    return true;
  }
}
