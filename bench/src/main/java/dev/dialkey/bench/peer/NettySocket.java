package dev.dialkey.bench.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The one UDP socket of a process and the one event loop that serves it, with the settings that
 * both sides share.
 *
 * @param group the event loop
 * @param channel the socket
 */
record NettySocket(EventLoopGroup group, Channel channel) implements AutoCloseable {

  private static final int UDP_PAYLOAD_BYTES = 1452;

  /** As many as fit the 65,507 bytes of one UDP send. */
  static final SegmentedDatagramPacketAllocator SEGMENTS = EpollQuicUtils.newSegmentedAllocator(45);

  /** What the kernel may join to one receive. */
  private static final int RECEIVE_BYTES = 64 << 10;

  private static final int DATAGRAM_QUEUE = 1024;
  private static final int CLOSE_SECONDS = 5;

  static NettySocket bind(InetSocketAddress address, ChannelHandler codec)
      throws IOException, InterruptedException {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      Bootstrap bootstrap =
          new Bootstrap()
              .group(group)
              .channel(EpollDatagramChannel.class)
              .option(ChannelOption.SO_RCVBUF, Peer.SOCKET_BUFFER_BYTES)
              .option(ChannelOption.SO_SNDBUF, Peer.SOCKET_BUFFER_BYTES)
              .option(EpollChannelOption.UDP_GRO, true)
              .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, RECEIVE_BYTES)
              .option(
                  ChannelOption.RECVBUF_ALLOCATOR,
                  new FixedRecvByteBufAllocator(RECEIVE_BYTES)
                      .maxMessagesPerRead(Integer.MAX_VALUE))
              .option(
                  ChannelOption.WRITE_BUFFER_WATER_MARK,
                  new WriteBufferWaterMark(Integer.MAX_VALUE, Integer.MAX_VALUE))
              .handler(codec);
      ChannelFuture bound = bootstrap.bind(address);
      await(bound);
      return new NettySocket(group, bound.channel());
    } catch (IOException e) {
      stop(group);
      throw e;
    }
  }

  /** The limits that both sides announce, and what both send by. */
  static <B extends QuicCodecBuilder<B>> B configure(B codec) {
    return codec
        .congestionControlAlgorithm(QuicCongestionControlAlgorithm.CUBIC)
        .maxIdleTimeout(Peer.IDLE_SECONDS, TimeUnit.SECONDS)
        .maxSendUdpPayloadSize(UDP_PAYLOAD_BYTES)
        .maxRecvUdpPayloadSize(UDP_PAYLOAD_BYTES)
        .initialMaxData(Peer.CONNECTION_WINDOW_BYTES)
        .initialMaxStreamDataBidirectionalLocal(Peer.STREAM_WINDOW_BYTES)
        .initialMaxStreamDataBidirectionalRemote(Peer.STREAM_WINDOW_BYTES)
        .initialMaxStreamsBidirectional(Peer.MAX_STREAMS)
        .datagram(DATAGRAM_QUEUE, DATAGRAM_QUEUE);
  }

  /** Waits for what the event loop does. */
  static <T> T await(Future<T> future) throws IOException, InterruptedException {
    future.await();
    if (!future.isSuccess()) {
      throw new IOException(String.valueOf(future.cause()), future.cause());
    }
    return future.getNow();
  }

  /** Closes the connections with the socket. */
  @Override
  public void close() {
    channel.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    stop(group);
  }

  private static void stop(EventLoopGroup group) {
    group
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
