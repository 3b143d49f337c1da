package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A transport that the benchmark compares. */
interface Peer {

  /** The protocol that all peers negotiate. */
  String ALPN = "perf/0";

  /** A pair waits while the others run. */
  int IDLE_SECONDS = 600;

  int STREAM_WINDOW_BYTES = 3 << 20;
  int CONNECTION_WINDOW_BYTES = 4 << 20;
  int SOCKET_BUFFER_BYTES = 4 << 20;
  int MAX_STREAMS = 1024;

  PeerServer serve(InetSocketAddress address) throws IOException, InterruptedException;

  PeerClient connect(InetSocketAddress server) throws IOException, InterruptedException;
}
