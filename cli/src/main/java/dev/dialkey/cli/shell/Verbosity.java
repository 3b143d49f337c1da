package dev.dialkey.cli.shell;

/** Whether the user wants to be told more. Set while the command line is read, then only read. */
public final class Verbosity {
  private boolean verbose;

  /** Tells more from here on, the library's log included. */
  public void raise() {
    verbose = true;
    Logging.configure(Logging.Amount.DEBUG);
  }

  /** Whether the user asked for more. */
  public boolean isVerbose() {
    return verbose;
  }
}
