package dev.dialkey.bench.peer;

import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The server of Netty QUIC.
 *
 * @param socket what it listens on
 */
record NettyServer(NettySocket socket) implements PeerServer {

  /** The one that all peers but kwik can be held to. */
  static final String[] GROUPS = {"X25519"};

  static NettyServer start(InetSocketAddress address) throws IOException, InterruptedException {
    Identity identity = Identity.generate();
    QuicSslContext tls =
        QuicSslContextBuilder.forServer(identity.key(), null, identity.certificate())
            .applicationProtocols(Peer.ALPN)
            .option(BoringSSLContextOption.GROUPS, GROUPS)
            .build();
    QuicServerCodecBuilder codec =
        NettySocket.configure(new QuicServerCodecBuilder())
            .sslContext(tls)
            .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, NettySocket.SEGMENTS)
            .handler(
                new ChannelInitializer<QuicChannel>() {
                  @Override
                  protected void initChannel(QuicChannel connection) {
                    connection.pipeline().addLast(new NettyDatagramCounter());
                  }
                })
            .streamHandler(
                new ChannelInitializer<QuicStreamChannel>() {
                  @Override
                  protected void initChannel(QuicStreamChannel stream) {
                    stream.pipeline().addLast(new NettyResponder());
                  }
                });
    return new NettyServer(NettySocket.bind(address, codec.build()));
  }

  @Override
  public int port() {
    return ((InetSocketAddress) socket.channel().localAddress()).getPort();
  }

  @Override
  public void close() {
    socket.close();
  }
}
