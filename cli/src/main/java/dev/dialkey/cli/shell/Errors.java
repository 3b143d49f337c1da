package dev.dialkey.cli.shell;

import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns exceptions into one line that says what to do, and an exit code. */
public final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Shell shell;
  private final Verbosity verbosity;

  public Errors(Shell shell, Verbosity verbosity) {
    this.shell = shell;
    this.verbosity = verbosity;
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
    if (verbosity.isVerbose()) {
      e.printStackTrace(shell.err());
    }
    shell.err().flush();
  }
}
