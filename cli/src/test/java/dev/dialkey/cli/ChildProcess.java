package dev.dialkey.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The command as a process of its own, with the modules of this JVM. */
final class ChildProcess implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final Path err;

  private ChildProcess(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  static ChildProcess start(Path folder, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--illegal-native-access=deny");
    command.add("--enable-native-access=dev.dialkey.bindings");
    command.add("--class-path=" + System.getProperty("java.class.path"));
    command.add("--module-path=" + System.getProperty("jdk.module.path"));
    command.add("--module=dev.dialkey.cli/dev.dialkey.cli.Main");
    command.addAll(List.of(args));
    Path err = Files.createTempFile(folder, "err", ".txt");
    var builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().remove(Identity.VARIABLE);
    return new ChildProcess(builder.start(), err);
  }

  /** The next line of standard output; waits for it. */
  String readLine() throws IOException {
    String line = process.inputReader(StandardCharsets.UTF_8).readLine();
    return line == null ? "nothing, but on standard error: " + err() : line;
  }

  String restOfOutput() throws IOException {
    return process.inputReader(StandardCharsets.UTF_8).lines().collect(Collectors.joining("\n"));
  }

  String err() throws IOException {
    return Files.readString(err);
  }

  /** Asks it to end, as a service manager does. */
  void terminate() {
    process.toHandle().destroy(); // Unlike the process's own method it closes no stream.
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
