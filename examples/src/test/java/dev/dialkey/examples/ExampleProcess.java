package dev.dialkey.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** An example as a process of its own, started as the README has it. */
final class ExampleProcess implements AutoCloseable {
  private static final long LIMIT_SECONDS = 120;

  private final Process process;
  private final BufferedReader out;
  private final Path err;

  private ExampleProcess(Process process, Path err) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.err = err;
  }

  static ExampleProcess start(String name, String... args) throws IOException {
    return start(Map.of(), name, args);
  }

  static ExampleProcess start(Map<String, String> environment, String name, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--illegal-native-access=deny"); // So that the flag above is seen to suffice.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("--class-path=" + System.getProperty("java.class.path"));
    command.add("dev.dialkey.examples." + name);
    command.addAll(List.of(args));
    // To a file, for nobody reads it before the end and a pipe would fill up.
    Path err = Files.createTempFile("example", ".err");
    var builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().remove("IROH_SECRET");
    builder.environment().putAll(environment);
    return new ExampleProcess(builder.start(), err);
  }

  /** The next line of standard output; waits for it. */
  String readLine() throws IOException {
    String line = out.readLine();
    return line == null ? "nothing, but on standard error: " + err() : line;
  }

  /** Waits for the end of standard output. */
  String restOfOutput() {
    return out.lines().collect(Collectors.joining("\n"));
  }

  String err() throws IOException {
    return Files.readString(err);
  }

  /** Ctrl-C, but for the number of the signal. */
  void terminate() {
    process.toHandle().destroy(); // Unlike the process's own method it closes no stream.
  }

  int awaitExit() throws InterruptedException, IOException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end; it said: " + err());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(err);
  }
}
