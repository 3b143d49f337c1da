package dev.dialkey.bench.harness;

import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;

/** Where the driver starts and ends. */
public final class Main {

  private Main() {}

  /**
   * Runs the command and ends the process with its exit code: 0 good, 1 a peer failed, 2 wrong
   * usage.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(
        run(
            new PrintWriter(System.out, true, System.out.charset()),
            new PrintWriter(System.err, true, System.err.charset()),
            args));
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new BenchCommand(out, err))
        .registerConverter(Bytes.class, Bytes::parse)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler((exception, commandLine, result) -> {
          err.println("error: " + Objects.toString(exception.getMessage(), "" + exception));
          return CommandLine.ExitCode.SOFTWARE;
        })
        .execute(args);
  }
}
