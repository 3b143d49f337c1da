package dev.dialkey.interop;

import java.nio.file.Files;
import java.nio.file.Path;

/** The releases of iroh that the tests run against; see {@code interop/peers}. */
enum IrohRelease {
  V1_4_1("1.4.1"),
  V1_0_3("1.0.3");

  private final String version;

  IrohRelease(String version) {
    this.version = version;
  }

  String version() {
    return version;
  }

  /** The peer's program. */
  Path program() {
    return built("iroh-peer-" + version.replace('.', '-'));
  }

  /**
   * A program of {@code interop/peers}; a missing one fails the test, for a skipped interop test
   * proves nothing.
   */
  static Path built(String name) {
    Path program = Path.of("peers/target/peer", name).toAbsolutePath();
    if (!Files.isExecutable(program)) {
      throw new AssertionError(
          program + " is missing: run ./ci/verify, or build it as interop/peers/README.md says");
    }
    return program;
  }
}
