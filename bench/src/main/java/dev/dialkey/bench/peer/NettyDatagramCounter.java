package dev.dialkey.bench.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/** Counts the datagrams of one connection, on the event loop. */
final class NettyDatagramCounter extends SimpleChannelInboundHandler<ByteBuf> {

  private long count;

  long count() {
    return count;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf datagram) {
    count++;
  }
}
