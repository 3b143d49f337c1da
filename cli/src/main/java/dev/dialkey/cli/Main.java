package dev.dialkey.cli;

import dev.dialkey.cli.shell.Shell;

/** Where the process starts and ends. */
public final class Main {

  private Main() {}

  /**
   * Runs the command and ends the process with its exit code: 0 good, 1 failed, 2 wrong usage.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(Shell.ofProcess(), args));
  }

  static int run(Shell shell, String... args) {
    return DialkeyCommand.commandLine(shell).execute(args);
  }
}
