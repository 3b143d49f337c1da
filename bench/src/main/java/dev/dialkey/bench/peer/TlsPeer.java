package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;

/** TLS 1.3 of the JDK over TCP: the floor, without streams. */
final class TlsPeer implements Peer {

  private TlsPeer() {}

  /** Starts a server or a client. */
  public static void main(String... arguments) {
    PeerMain.run(new TlsPeer(), arguments);
  }

  @Override
  public PeerServer serve(InetSocketAddress address) throws IOException {
    return TlsServer.start(address);
  }

  @Override
  public PeerClient connect(InetSocketAddress server) throws IOException {
    return TlsClient.connect(server);
  }
}
