package dev.dialkey;

import java.io.IOException;

/** Serves the connections of one ALPN; see {@link Router}. */
@FunctionalInterface
public interface ProtocolHandler {

  /**
   * Serves one connection on a virtual thread of its own. When it returns, the connection is closed
   * with code 0, so wait for what matters first, for example with {@link Connection#closed()}. When
   * it throws, the connection is closed with code 1.
   *
   * @param connection the connection, past its handshake
   * @throws Exception whatever goes wrong; it is logged at DEBUG
   */
  void accept(Connection connection) throws Exception;

  /**
   * Called when the handshake is over, to take part in what comes before {@link #accept}; by
   * default it gives the connection.
   *
   * @param accepting the handshake, whose protocol is this handler's
   * @return the connection for {@link #accept}
   * @throws IOException to give the connection up; it is logged at DEBUG
   */
  default Connection onAccepting(Accepting accepting) throws IOException {
    return accepting.await();
  }

  /**
   * Called once when the router closes, before the running handlers are interrupted: nobody new is
   * accepted any more, while connections and their streams go on until this returns. A handler that
   * is to end its work in peace waits for it here.
   */
  default void shutdown() {}
}
