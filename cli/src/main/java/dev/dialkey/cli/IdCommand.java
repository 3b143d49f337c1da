package dev.dialkey.cli;

import dev.dialkey.addressing.SecretKey;
import dev.dialkey.cli.shell.Identity;
import dev.dialkey.cli.shell.Json;
import dev.dialkey.cli.shell.Shell;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dialkey id}: whom others dial. */
@Command(
    name = "id",
    description =
        "Prints the endpoint id of the key in IROH_SECRET; without one it makes a new key and"
            + " says on standard error how to keep it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  dialkey id                        make a key, or show the id of yours",
      "  IROH_SECRET=$(cat key) dialkey id show the id of a key in a file",
      "",
      "Exit codes: 0 good, 2 wrong usage, a broken IROH_SECRET included."
    })
final class IdCommand implements Callable<Integer> {
  private final Shell shell;
  private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Print it as one line of JSON.")
  private boolean json;

  IdCommand(Shell shell) {
    this.shell = shell;
  }

  @Spec
  void spec(CommandSpec own) {
    spec = own;
  }

  @Override
  public Integer call() {
    Optional<SecretKey> kept = Identity.kept(shell, spec);
    try (SecretKey key = kept.orElseGet(SecretKey::generate)) {
      String id = key.endpointId().toString();
      shell.print(json ? Json.line(Map.of("id", id)) : id);
      if (kept.isEmpty()) {
        tellHowToKeep(key);
      }
    }
    return ExitCode.OK;
  }

  /** The only place where a secret is shown: the user asked for a new one. */
  private void tellHowToKeep(SecretKey key) {
    byte[] seed = key.toBytes();
    try {
      shell.err().println("This is a new key. Who has it is this endpoint. To keep it:");
      shell.err().println("  export " + Identity.VARIABLE + "=" + HexFormat.of().formatHex(seed));
      shell.err().flush();
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }
}
