package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;

/** QUIC of Netty: quiche and BoringSSL through JNI, on its epoll transport. */
final class NettyQuicPeer implements Peer {

  private NettyQuicPeer() {}

  /** Starts a server or a client. */
  public static void main(String... arguments) {
    PeerMain.run(new NettyQuicPeer(), arguments);
  }

  @Override
  public PeerServer serve(InetSocketAddress address) throws IOException, InterruptedException {
    return NettyServer.start(address);
  }

  @Override
  public PeerClient connect(InetSocketAddress server) throws IOException, InterruptedException {
    return NettyClient.connect(server);
  }
}
