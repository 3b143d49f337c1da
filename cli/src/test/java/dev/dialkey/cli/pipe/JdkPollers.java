package dev.dialkey.cli.pipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/**
 * Has the JDK open the descriptors by which virtual threads wait for channels. It keeps them, so a
 * leak check must not count them.
 */
final class JdkPollers {
  private static final int MORE_THAN_A_PIPE_HOLDS = 1 << 22;

  /** A wait that only an interrupt ends. */
  private interface Wait {
    void begin() throws IOException;
  }

  private JdkPollers() {}

  static void open() {
    try {
      Pipe pipe = Pipe.open();
      waitAndInterrupt(() -> pipe.source().read(ByteBuffer.allocate(1)));
      Pipe full = Pipe.open();
      waitAndInterrupt(() -> full.sink().write(ByteBuffer.allocate(MORE_THAN_A_PIPE_HOLDS)));
      pipe.sink().close();
      full.source().close();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("no pipes on this machine", e);
    }
  }

  private static void waitAndInterrupt(Wait wait) throws InterruptedException {
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                wait.begin();
              } catch (IOException e) {
                return; // Interrupted, as intended.
              }
            });
    while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    thread.join();
  }
}
