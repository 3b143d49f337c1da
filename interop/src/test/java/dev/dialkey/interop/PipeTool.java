package dev.dialkey.interop;

import dev.dialkey.cli.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code dialkey} or the real {@code dumbpipe} as a process, bound to loopback. Its standard error
 * is kept; the other streams are the test's.
 */
final class PipeTool implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Options that both commands take after their verb. */
  private static final List<String> ON_LOOPBACK =
      List.of("--ipv4-addr", "127.0.0.1:0", "--ipv6-addr", "[::1]:0");

  private final Process process;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final StringBuilder err = new StringBuilder(); // Guarded by lock.
  private boolean ended; // Guarded by lock.

  private PipeTool(Process process) {
    this.process = process;
    Thread.ofVirtual().name("pipe-tool-err").start(this::collect);
  }

  /** Starts the command of this project. */
  static PipeTool dialkey(String verb, String... arguments) throws IOException {
    List<String> command = javaCommand();
    command.add(verb);
    command.addAll(ON_LOOPBACK);
    command.addAll(List.of(arguments));
    return start(command, Map.of());
  }

  /** Starts dumbpipe. */
  static PipeTool dumbpipe(String verb, String... arguments) throws Exception {
    List<String> command = dumbpipeCommand();
    command.add(verb);
    command.addAll(ON_LOOPBACK);
    command.addAll(List.of(arguments));
    return start(command, Map.of());
  }

  /** What either prints as the ticket of a secret key, given in hexadecimal digits. */
  static String ticketByDialkey(String secret) throws Exception {
    return ticket(javaCommand(), secret);
  }

  /** As {@link #ticketByDialkey}. */
  static String ticketByDumbpipe(String secret) throws Exception {
    return ticket(dumbpipeCommand(), secret);
  }

  /** The first group of the first match in standard error; waits for it. */
  String awaitErr(String regex) throws InterruptedException {
    Pattern pattern = Pattern.compile(regex);
    long left = PATIENCE.toNanos();
    lock.lock();
    try {
      while (true) {
        Matcher matcher = pattern.matcher(err);
        if (matcher.find()) {
          return matcher.group(1);
        }
        if (ended || left <= 0) {
          throw new AssertionError("no " + regex + " in: " + err);
        }
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The ticket that a listener prints. */
  String ticket() throws InterruptedException {
    return awaitErr("connect\\S* .*(endpoint[a-z2-7]+)\\s");
  }

  OutputStream in() {
    return process.getOutputStream();
  }

  InputStream out() {
    return process.getInputStream();
  }

  /** Writes everything and ends the input, while the caller goes on. */
  void feed(byte[] bytes) {
    Thread.ofVirtual()
        .name("pipe-tool-in")
        .start(() -> {
          try (OutputStream in = in()) {
            in.write(bytes);
          } catch (IOException e) {
            // The process has ended; the test sees what became of the bytes.
          }
        });
  }

  /**
   * As Ctrl-C does. A JVM whose parent ignores SIGINT, as that of a job in the background, ignores
   * it too; SIGTERM takes the same way through it.
   */
  void interrupt() throws Exception {
    boolean java = process.info().command().orElse("").endsWith("java");
    Signals.send(java ? "TERM" : "INT", process.pid());
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end; it said: " + said());
    }
    return process.exitValue();
  }

  String said() {
    lock.lock();
    try {
      return err.toString();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  private static String ticket(List<String> command, String secret) throws Exception {
    command.add("generate-ticket");
    try (PipeTool tool = start(command, Map.of("IROH_SECRET", secret))) {
      String ticket = new String(tool.out().readAllBytes(), StandardCharsets.US_ASCII);
      if (tool.awaitExit() != 0) {
        throw new AssertionError(tool.said());
      }
      return ticket;
    }
  }

  private static PipeTool start(List<String> command, Map<String, String> environment)
      throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().remove("IROH_SECRET");
    builder.environment().putAll(environment);
    return new PipeTool(builder.start());
  }

  private static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    String library = System.getProperty(FormerLife.LIBRARY_PROPERTY);
    if (library != null) {
      command.add("-D" + FormerLife.LIBRARY_PROPERTY + "=" + library);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return command;
  }

  private static List<String> dumbpipeCommand() throws Exception {
    List<String> command = new ArrayList<>(Seclusion.prefix());
    command.add(IrohRelease.built("dumbpipe").toString());
    return command;
  }

  private void collect() {
    try (Reader reader = process.errorReader(StandardCharsets.UTF_8)) {
      char[] chunk = new char[1_000];
      for (int n = reader.read(chunk); n >= 0; n = reader.read(chunk)) {
        append(chunk, n);
      }
    } catch (IOException e) {
      // The process is gone; what it said last is there.
    } finally {
      end();
    }
  }

  private void append(char[] chunk, int length) {
    lock.lock();
    try {
      err.append(chunk, 0, length);
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
