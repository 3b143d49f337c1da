package dev.dialkey;

import dev.dialkey.internal.connection.PeerConnection;
import dev.dialkey.internal.endpoint.PendingIncoming;
import java.io.IOException;

/**
 * Somebody dials; no cryptographic work was done for them yet and their address is not verified.
 * Thread-safe; the first decision counts.
 */
public final class Incoming implements AutoCloseable {
  private final Endpoint endpoint;
  private final PendingIncoming pending;

  Incoming(Endpoint endpoint, PendingIncoming pending) {
    this.endpoint = endpoint;
    this.pending = pending;
  }

  /**
   * Goes on with the handshake, which runs by itself from here.
   *
   * @return the handshake
   * @throws EndpointClosedException when the endpoint is closed
   * @throws IllegalStateException when it was decided about before
   * @throws IOException when the first packet turns out to be none
   */
  public Accepting accept() throws IOException {
    PeerConnection core = endpoint.core().reception().accept(pending);
    return new Accepting(endpoint, core);
  }

  /** Tells the peer that it is not wanted (CONNECTION_REFUSED). */
  public void refuse() {
    endpoint.core().reception().refuse(pending);
  }

  /** Says nothing; the peer finds out by its own time-out. */
  public void ignore() {
    endpoint.core().reception().ignore(pending);
  }

  /** Refuses it, unless it was decided about before. */
  @Override
  public void close() {
    refuse();
  }
}
