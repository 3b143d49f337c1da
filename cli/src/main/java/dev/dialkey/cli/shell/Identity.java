package dev.dialkey.cli.shell;

import dev.dialkey.addressing.AddressFormatException;
import dev.dialkey.addressing.SecretKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The secret key that the user keeps in the environment. */
public final class Identity {
  /** The name is the one that other programs of this protocol use. */
  public static final String VARIABLE = "IROH_SECRET";

  private Identity() {}

  /** The key, if the user has one; the caller closes it. */
  public static Optional<SecretKey> kept(Shell shell, CommandSpec spec) {
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

  /**
   * The user's key, or a new one that is shown on standard error, as other programs of this kind
   * do; the caller closes it.
   */
  public static SecretKey keptOrShown(Shell shell, CommandSpec spec) {
    return kept(shell, spec).orElseGet(() -> shown(shell, SecretKey.generate()));
  }

  private static SecretKey shown(Shell shell, SecretKey key) {
    byte[] seed = key.toBytes();
    try {
      shell.tell("using secret key " + HexFormat.of().formatHex(seed));
      return key;
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }
}
