package dev.dialkey;

import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.endpoint.EndpointCore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.time.Duration;

/**
 * The safety nets behind objects that the caller forgot to close. Correct code never needs them.
 */
final class Leaks {
  private static final Logger LOG = System.getLogger("dev.dialkey.leak");

  /** One for all: a cleaner is a thread, and holds nothing but what it watches. */
  private static final Cleaner CLEANER = Cleaner.create();

  private Leaks() {}

  /** Runs the action once the object is unreachable. The action must not refer to the object. */
  static void watch(Object object, Runnable action) {
    CLEANER.register(object, action);
  }

  /** Closes an endpoint that became unreachable. */
  record OfEndpoint(EndpointCore core) implements Runnable {
    @Override
    public void run() {
      if (!core.isClosed()) {
        LOG.log(
            Level.WARNING,
            () -> core.name() + ": an Endpoint was not closed; close it, or it holds its sockets");
        core.close(Duration.ZERO);
      }
    }
  }

  /** Closes a connection that became unreachable. */
  record OfConnection(PeerConnection core, String name) implements Runnable {
    @Override
    public void run() {
      if (core.lifecycle().closeReason() == null) {
        LOG.log(
            Level.WARNING,
            () -> name + ": a Connection was not closed; close it, or its peer waits for the end");
      }
      core.close(0, new byte[0]); // Also frees what was received and never read.
    }
  }
}
