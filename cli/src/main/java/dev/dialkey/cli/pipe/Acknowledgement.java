package dev.dialkey.cli.pipe;

import dev.dialkey.CloseReason;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.SendStream;
import dev.dialkey.StreamStoppedException;
import java.io.IOException;
import java.time.Duration;

/** The end of what is sent: the connection must not be closed before the peer has it. Stateless. */
final class Acknowledgement {
  /** A connection that nothing comes through ends by itself long before. */
  private static final Duration FOREVER = Duration.ofDays(10_000);

  private Acknowledgement() {}

  /**
   * Ends the stream and waits until the peer has all of it. A peer that wants no more is as good as
   * one that has all, and so is one that closes with code 0: who pipes does so when both directions
   * have ended, and what it sends tells whether it really has.
   */
  static void finish(SendStream stream) throws IOException {
    try {
      stream.finish();
      stream.awaitAcked(FOREVER);
    } catch (StreamStoppedException e) {
      return;
    } catch (ConnectionClosedException e) {
      if (!(e.reason() instanceof CloseReason.ApplicationClosed closed && closed.code() == 0)) {
        throw e;
      }
    }
  }
}
