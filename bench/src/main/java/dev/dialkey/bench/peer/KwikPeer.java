package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;

/** QUIC of kwik, which is Java alone. */
final class KwikPeer implements Peer {

  private KwikPeer() {}

  /** Starts a server or a client. */
  public static void main(String... arguments) {
    PeerMain.run(new KwikPeer(), arguments);
  }

  @Override
  public PeerServer serve(InetSocketAddress address) throws IOException {
    return KwikServer.start(address);
  }

  @Override
  public PeerClient connect(InetSocketAddress server) throws IOException {
    return KwikClient.connect(server);
  }
}
