package dev.dialkey.cli;

import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns exceptions into one line that says what to do, and an exit code. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Shell shell;
  private final BooleanSupplier verbose;

  Errors(Shell shell, BooleanSupplier verbose) {
    this.shell = shell;
    this.verbose = verbose;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    print(e.getMessage() + "; see " + command + " --help", e);
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    print(Advice.on(e), e);
    return ExitCode.SOFTWARE;
  }

  private void print(String message, Exception e) {
    shell.err().println("error: " + message);
    if (verbose.getAsBoolean()) {
      e.printStackTrace(shell.err());
    }
    shell.err().flush();
  }
}
