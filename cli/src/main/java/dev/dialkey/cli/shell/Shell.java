package dev.dialkey.cli.shell;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
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
 * @param raw standard input and output as bytes
 */
public record Shell(
    String command,
    PrintWriter out,
    PrintWriter err,
    boolean errIsTerminal,
    Map<String, String> environment,
    Raw raw) {
  /** Set by the launcher to the name it was called by. */
  private static final String COMMAND_PROPERTY = "dialkey.command";

  private static final Path ERR = Path.of("/proc/self/fd/2");

  /**
   * Input and output as bytes. An interrupt closes channels, which ends a read that waits for a
   * person.
   *
   * @param in standard input
   * @param out standard output, for commands that print no results
   */
  public record Raw(ReadableByteChannel in, WritableByteChannel out) {}

  /** The shell of this process. */
  @SuppressWarnings("resource") // The process's own streams end with it.
  public static Shell ofProcess() {
    return new Shell(
        System.getProperty(COMMAND_PROPERTY, "dialkey"),
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        isTerminal(),
        System.getenv(),
        new Raw(
            new FileInputStream(FileDescriptor.in).getChannel(),
            new FileOutputStream(FileDescriptor.out).getChannel()));
  }

  /** Prints a line for people, at once. */
  public void tell(String line) {
    err.println(line);
    err.flush();
  }

  /** Prints a line of the result, at once. */
  public void print(String line) {
    out.println(line);
    out.flush();
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
