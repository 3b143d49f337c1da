package dev.dialkey.internal.reflexive;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A connection to a {@link DiscoveryServer}, established or not yet. Thread-safe. */
public interface ServerConnection {

  /** Has the server answer something; then {@link Listener#alive} is called. */
  void ping();

  /** Closes it; the listener hears no more of consequence. Closing again does nothing. */
  void close();

  /** Hears of a connection, on any thread; must neither block nor call back. */
  interface Listener {
    void observed(InetSocketAddress address, long rttNanos);

    void alive(long rttNanos);

    /** The connection is over, or was never made. Called once at most. */
    void failed(String reason);
  }

  /** Makes connections. */
  interface Dialer {

    /**
     * Starts one; does not wait for it.
     *
     * @throws IOException when it cannot be started
     */
    ServerConnection dial(DiscoveryServer server, InetSocketAddress address, Listener listener)
        throws IOException;
  }
}
