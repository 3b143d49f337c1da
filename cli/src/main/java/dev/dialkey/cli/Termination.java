package dev.dialkey.cli;

/** The end of a server by Ctrl-C or a signal. */
final class Termination {

  private Termination() {}

  /**
   * Has the server closed when the process is told to end, which then counts as success: a server
   * has no other way to be done.
   */
  static void closes(EchoServer server) {
    Thread hook =
        new Thread(
            () -> {
              server.close();
              Runtime.getRuntime().halt(0);
            },
            "dialkey-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
  }
}
