package dev.dialkey.cli.shell;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of a command by Ctrl-C or a signal. */
public final class Termination implements AutoCloseable {
  /** An endpoint takes 3 s at most to tell its peers. */
  private static final long LIMIT_SECONDS = 4;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private Termination(Thread command, int exitCode) {
    hook = new Thread(() -> end(command, exitCode), "dialkey-shutdown");
  }

  /**
   * Has the server closed when the process is told to end, which then counts as success: a server
   * has no other way to be done.
   */
  public static void closes(Runnable close) {
    Thread hook =
        new Thread(
            () -> {
              close.run();
              Runtime.getRuntime().halt(0);
            },
            "dialkey-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Has the calling thread interrupted when the process is told to end, so that it can tell its
   * peers; until {@link #close} is called.
   *
   * @param exitCode how the process then ends
   */
  public static Termination interrupts(int exitCode) {
    var termination = new Termination(Thread.currentThread(), exitCode);
    Runtime.getRuntime().addShutdownHook(termination.hook);
    return termination;
  }

  /** The command has cleaned up. */
  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      Thread.interrupted(); // The process ends already, and the interrupt has done its work.
    }
  }

  private void end(Thread command, int exitCode) {
    command.interrupt();
    try {
      if (!done.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        System.getLogger("dev.dialkey.cli")
            .log(System.Logger.Level.DEBUG, "the command did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts this thread; if so, just end.
    }
    Runtime.getRuntime().halt(exitCode);
  }
}
