package dev.dialkey.bench.harness.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which version of the sources is measured.
 *
 * @param commit its short name, or "unknown" outside of a repository
 * @param isDirty whether there are changes that are not committed
 */
public record SourceTree(String commit, boolean isDirty) {

  /** Asks git. */
  public static SourceTree of(Path root) throws InterruptedException {
    Optional<String> commit = git(root, "rev-parse", "--short=12", "HEAD");
    Optional<String> changes = git(root, "status", "--porcelain");
    return new SourceTree(
        commit.filter(text -> !text.isEmpty()).orElse("unknown"), !changes.orElse("").isEmpty());
  }

  private static Optional<String> git(Path root, String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // No git here: an unpacked archive can be measured too.
    }
  }
}
