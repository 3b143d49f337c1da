package dev.dialkey.bindings;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A JVM of its own for what cannot be tested twice in one, or might end it. */
final class ChildJvm implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** How it ended, and what it printed to both streams. */
  record Result(int exitCode, String output) {}

  private final Process process;
  private final Path output;

  private ChildJvm(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts one with these arguments behind those that make it start fast. */
  static ChildJvm start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(arguments);
    Path output = Files.createTempFile("child", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    // A place to extract to comes from the arguments alone, and no options from outside.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("XDG_CACHE_HOME", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    // Back traces of the panics that the fuzzer provokes would fill megabytes.
    builder.environment().put("RUST_BACKTRACE", "0");
    return new ChildJvm(builder.start(), output);
  }

  static Result run(List<String> arguments) throws IOException, InterruptedException {
    return run(arguments, PATIENCE_SECONDS);
  }

  static Result run(List<String> arguments, long patienceSeconds)
      throws IOException, InterruptedException {
    try (ChildJvm child = start(arguments)) {
      return child.finish(patienceSeconds);
    }
  }

  /** Arguments that put main classes, test classes and more on the class path. */
  static List<String> onClassPath(Path... more) {
    List<String> entries = new ArrayList<>(List.of(mainClasses().toString()));
    entries.add(testClasses().toString());
    Arrays.stream(more).map(Path::toString).forEach(entries::add);
    return List.of("-cp", String.join(File.pathSeparator, entries));
  }

  /** Arguments that put the module, with the test classes in it, on the module path. */
  static List<String> onModulePath(Path... more) {
    List<String> entries = new ArrayList<>(List.of(mainClasses().toString()));
    Arrays.stream(more).map(Path::toString).forEach(entries::add);
    return List.of(
        "-p",
        String.join(File.pathSeparator, entries),
        "--patch-module",
        "dev.dialkey.bindings=" + testClasses());
  }

  static Path mainClasses() {
    return rootOf(NativeLibrary.class);
  }

  static Path testClasses() {
    return rootOf(ChildJvm.class);
  }

  private static Path rootOf(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    URL url = Objects.requireNonNull(type.getResource("/" + name), name);
    String root = url.toString().substring(0, url.toString().length() - name.length());
    try {
      return Path.of(new URI(root));
    } catch (URISyntaxException e) {
      throw new AssertionError(root, e);
    }
  }

  /** Waits until it has printed a line that starts so. */
  void awaitLine(String start) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (Files.readString(output).lines().noneMatch(line -> line.startsWith(start))) {
      if (System.nanoTime() - deadline > 0 || process.waitFor(10, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("no line \"" + start + "\": " + Files.readString(output));
      }
    }
  }

  /** Lets a child that waits for input go on. */
  void resume() throws IOException {
    try (OutputStream in = process.getOutputStream()) {
      in.write('\n');
    }
  }

  Result finish() throws IOException, InterruptedException {
    return finish(PATIENCE_SECONDS);
  }

  private Result finish(long patienceSeconds) throws IOException, InterruptedException {
    if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
      throw new AssertionError("it hangs: " + Files.readString(output));
    }
    return new Result(process.exitValue(), Files.readString(output));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(output);
  }
}
