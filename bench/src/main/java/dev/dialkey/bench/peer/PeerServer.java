package dev.dialkey.bench.peer;

/** The accepting side of a peer, which runs until it is closed. */
interface PeerServer extends AutoCloseable {

  /** The port that clients connect to. */
  int port();

  @Override
  void close();
}
