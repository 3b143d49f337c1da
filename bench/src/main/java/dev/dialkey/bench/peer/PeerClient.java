package dev.dialkey.bench.peer;

import java.io.IOException;

/**
 * The connecting side of a peer; one long-lived connection stands from the start. Used by one
 * thread.
 */
interface PeerClient extends AutoCloseable {

  /** Sends the bytes on one stream and waits until the server has answered. */
  BulkNotes bulk(long bytes) throws IOException, InterruptedException;

  /**
   * Makes requests of one byte, each on a new stream, and returns what each took in nanoseconds.
   */
  long[] requests(int count, int inFlight) throws IOException, InterruptedException;

  /** Opens connections and closes each when its handshake is complete. */
  void handshakes(int count, int inFlight) throws IOException, InterruptedException;

  /** Opens connections and keeps them until the client is closed. */
  void idle(int count) throws IOException, InterruptedException;

  /** Sends datagrams on the long-lived connection and returns how many came. */
  long datagrams(int count, int perSecond) throws IOException, InterruptedException;

  @Override
  void close();
}
