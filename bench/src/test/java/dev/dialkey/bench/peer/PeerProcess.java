package dev.dialkey.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A peer as a child process: lines in, lines out, each within a time. */
final class PeerProcess implements AutoCloseable {

  private static final int LIMIT_SECONDS = 60;

  private final Process process;
  private final PrintWriter input;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Thread reader;

  private PeerProcess(Process process) {
    this.process = process;
    input = new PrintWriter(process.outputWriter(UTF_8), true);
    reader = Thread.ofPlatform().daemon().name("lines of " + process.pid()).start(this::read);
  }

  static PeerProcess start(Class<?> peer, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                peer.getName()));
    command.addAll(List.of(arguments));
    return new PeerProcess(new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
  }

  private void read() {
    try (BufferedReader output = process.inputReader(UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String line() throws InterruptedException {
    @Nullable String line = lines.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertThat(line).as("a line of process %d in time", process.pid()).isNotNull();
    return String.valueOf(line);
  }

  String ask(String command) throws InterruptedException {
    input.println(command);
    return line();
  }

  /** Closes standard input and waits for the end; nothing may be printed after the last answer. */
  int exitStatus() throws InterruptedException {
    input.close();
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("ends in time").isTrue();
    reader.join();
    assertThat(lines).isEmpty();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
