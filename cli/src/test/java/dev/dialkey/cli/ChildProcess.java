package dev.dialkey.cli;

import dev.dialkey.cli.shell.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The command as a process of its own, with the modules of this JVM. */
public final class ChildProcess implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final WatchedText err = new WatchedText();
  private final Thread errReader;

  private ChildProcess(Process process) {
    this.process = process;
    this.errReader = Thread.ofVirtual().name("test-err").unstarted(this::copyErr);
  }

  public static ChildProcess start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--illegal-native-access=deny");
    command.add("--enable-native-access=dev.dialkey.bindings");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("--class-path=" + System.getProperty("java.class.path"));
    command.add("--module-path=" + System.getProperty("jdk.module.path"));
    command.add("--module=dev.dialkey.cli/dev.dialkey.cli.Main");
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command);
    builder.environment().remove(Identity.VARIABLE);
    var child = new ChildProcess(builder.start());
    child.errReader.start();
    return child;
  }

  /** The next line of standard output; waits for it. */
  public String readLine() throws IOException {
    String line = process.inputReader(StandardCharsets.UTF_8).readLine();
    return line == null ? "nothing, but on standard error: " + err : line;
  }

  public String restOfOutput() throws IOException {
    return process.inputReader(StandardCharsets.UTF_8).lines().collect(Collectors.joining("\n"));
  }

  /** Standard input; not together with {@link #readLine}. */
  public OutputStream in() {
    return process.getOutputStream();
  }

  /** Standard output as bytes; not together with {@link #readLine}. */
  public InputStream out() {
    return process.getInputStream();
  }

  /** All of standard error, once the process has ended. */
  public String err() throws InterruptedException {
    errReader.join();
    return err.toString();
  }

  /** Standard error, to wait for. */
  public WatchedText watchedErr() {
    return err;
  }

  /** Asks it to end, as a service manager does. */
  public void terminate() {
    process.toHandle().destroy(); // Unlike the process's own method it closes no stream.
  }

  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end; it said: " + err);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void copyErr() {
    try (err;
        Reader reader = process.errorReader(StandardCharsets.UTF_8)) {
      reader.transferTo(err);
    } catch (IOException e) {
      String message = "(standard error broke: " + e.getMessage() + ")";
      err.write(message.toCharArray(), 0, message.length());
    }
  }
}
