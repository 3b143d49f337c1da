package dev.dialkey.cli;

import dev.dialkey.cli.shell.Shell;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.util.Map;
import java.util.concurrent.FutureTask;

/** Runs commands in this JVM and keeps what they print. */
public final class TestShell {
  private final WatchedText out = new WatchedText();
  private final WatchedText err = new WatchedText();
  private final Shell shell;

  private TestShell(Map<String, String> environment, boolean errIsTerminal) {
    shell =
        new Shell(
            "dialkey",
            new PrintWriter(out),
            new PrintWriter(err),
            errIsTerminal,
            environment,
            new Shell.Raw(
                Channels.newChannel(InputStream.nullInputStream()),
                Channels.newChannel(new ByteArrayOutputStream())));
  }

  public static TestShell plain() {
    return new TestShell(Map.of(), false);
  }

  public static TestShell watched() {
    return new TestShell(Map.of(), true);
  }

  public static TestShell withSecret(String secret) {
    return new TestShell(Map.of("IROH_SECRET", secret), false);
  }

  public int run(String... args) {
    int code = Main.run(shell, args);
    shell.out().flush();
    shell.err().flush();
    return code;
  }

  /** A command on a thread of its own; closing it is Ctrl-C. */
  public Running start(String... args) {
    var task = new FutureTask<Integer>(() -> run(args));
    Thread thread = Thread.ofVirtual().name("test-command").start(task);
    return new Running(thread, task);
  }

  /** The text of standard error, to wait for. */
  public WatchedText watchedErr() {
    return err;
  }

  /** The text of standard output, to wait for. */
  public WatchedText watchedOut() {
    return out;
  }

  public String out() {
    return out.toString();
  }

  public String err() {
    return err.toString();
  }

  public Shell shell() {
    return shell;
  }

  /** A command that runs. */
  public record Running(Thread thread, FutureTask<Integer> task) implements AutoCloseable {

    /** Interrupts it, as Ctrl-C does, and waits for its exit code. */
    public int interrupt() throws Exception {
      thread.interrupt();
      return task.get();
    }

    @Override
    public void close() throws InterruptedException {
      thread.interrupt();
      thread.join();
    }
  }
}
