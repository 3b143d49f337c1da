package dev.dialkey.internal.endpoint;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an endpoint writes for those who look into its connections.
 *
 * @param keyLog file for TLS secrets
 * @param qlog where the engine's events go
 */
public record Diagnostics(Optional<Path> keyLog, Optional<Qlog> qlog) {

  /** Nothing is written. */
  public static final Diagnostics NONE = new Diagnostics(Optional.empty(), Optional.empty());

  /**
   * A file for each connection.
   *
   * @param folder where they are made
   * @param prefix what their names begin with
   */
  public record Qlog(Path folder, String prefix) {}
}
