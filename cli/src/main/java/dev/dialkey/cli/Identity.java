package dev.dialkey.cli;

import dev.dialkey.addressing.AddressFormatException;
import dev.dialkey.addressing.SecretKey;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The secret key that the user keeps in the environment. */
final class Identity {
  /** The name is the one that other programs of this protocol use. */
  static final String VARIABLE = "IROH_SECRET";

  private Identity() {}

  /** The key, if the user has one; the caller closes it. */
  static Optional<SecretKey> kept(Shell shell, CommandSpec spec) {
    String text = shell.environment().getOrDefault(VARIABLE, "").strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(SecretKey.parse(text));
    } catch (AddressFormatException e) {
      throw new ParameterException(
          spec.commandLine(),
          VARIABLE + " does not hold a secret key (" + e.getMessage() + "): correct or unset it",
          e);
    }
  }
}
