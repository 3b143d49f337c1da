package dev.dialkey.interop;

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
}
