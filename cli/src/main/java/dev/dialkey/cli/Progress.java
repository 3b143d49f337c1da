package dev.dialkey.cli;

import dev.dialkey.cli.shell.Shell;
import java.util.concurrent.atomic.AtomicReference;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on standard error while somebody watches, else nothing. Thread-safe. */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 78;
  private static final long MIB = 1 << 20;

  private final Shell shell;
  private final AtomicReference<@Nullable ProgressBar> bar = new AtomicReference<>();

  private Progress(Shell shell) {
    this.shell = shell;
  }

  static Progress on(Shell shell, long bytes) {
    var progress = new Progress(shell);
    if (shell.errIsTerminal()) {
      progress.bar.set(
          new ProgressBarBuilder()
              .setTaskName("echo")
              .setInitialMax(bytes)
              .setUnit(" MiB", MIB)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(100)
              .showSpeed()
              // A consumer of our own: the library's would load native code for the terminal.
              .setConsumer(new DelegatingProgressBarConsumer(progress::show, WIDTH))
              .build());
    }
    return progress;
  }

  void step(long bytes) {
    ProgressBar shown = bar.get();
    if (shown != null) {
      shown.stepBy(bytes);
    }
  }

  /** Leaves the line empty again. Closing again does nothing. */
  @Override
  public void close() {
    ProgressBar shown = bar.getAndSet(null);
    if (shown != null) {
      shown.close();
      show(" ".repeat(WIDTH));
      show("");
    }
  }

  private void show(String line) {
    shell.err().print("\r" + line);
    shell.err().flush();
  }
}
