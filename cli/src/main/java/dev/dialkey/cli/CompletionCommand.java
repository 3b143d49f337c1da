package dev.dialkey.cli;

import dev.dialkey.cli.shell.Shell;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dialkey completion}: what the Tab key needs. */
@Command(
    name = "completion",
    description = {
      "Prints a script with which a shell completes commands and options of \"dialkey\".",
      "Zsh loads the same script through its bash emulation."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(dialkey completion bash)      in ~/.bashrc",
      "  source <(dialkey completion zsh)       in ~/.zshrc",
      "",
      "Exit codes: 0 good, 2 wrong usage."
    })
final class CompletionCommand implements Callable<Integer> {

  /** A shell that can complete. */
  @SuppressWarnings("UnusedVariable") // Picocli reads the names, also those typed in lower case.
  enum Interpreter {
    bash,
    zsh
  }

  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}")
  private Interpreter interpreter = Interpreter.bash;

  CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() {
    if (interpreter == Interpreter.zsh) {
      shell.print("autoload -U +X compinit && compinit");
      shell.print("autoload -U +X bashcompinit && bashcompinit");
    }
    shell.print(AutoComplete.bash("dialkey", spec.root().commandLine()));
    return ExitCode.OK;
  }
}
