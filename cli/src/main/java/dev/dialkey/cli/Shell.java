package dev.dialkey.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command knows of the shell that started it. Tests make their own.
 *
 * @param command how the user calls the program, for examples in messages
 * @param out standard output: results alone
 * @param err standard error: everything else
 * @param errIsTerminal whether somebody watches standard error
 * @param environment environment variables
 */
record Shell(
    String command,
    PrintWriter out,
    PrintWriter err,
    boolean errIsTerminal,
    Map<String, String> environment) {
  /** Set by the launcher to the name it was called by. */
  private static final String COMMAND_PROPERTY = "dialkey.command";

  private static final Path ERR = Path.of("/proc/self/fd/2");

  static Shell ofProcess() {
    return new Shell(
        System.getProperty(COMMAND_PROPERTY, "dialkey"),
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        isTerminal(),
        System.getenv());
  }

  /** The JDK knows only of input and output; Linux tells what is behind each descriptor. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(ERR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // Not known: a log without a progress bar is the lesser evil.
    }
  }
}
