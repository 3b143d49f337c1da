package dev.dialkey.bench.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;

/** Reads one stream to its end and answers by its first byte, on the event loop. */
final class NettyResponder extends SimpleChannelInboundHandler<QuicStreamFrame> {

  private static final int NOTHING_YET = -1;

  private int first = NOTHING_YET;

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // The option of the same name works too, but warns for each stream that it does not exist.
    ((QuicStreamChannel) context.channel()).config().setReadFrames(true);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    ByteBuf content = frame.content();
    if (first == NOTHING_YET && content.isReadable()) {
      first = content.getByte(content.readerIndex());
    }
    if (frame.hasFin()) {
      var _ = context.writeAndFlush(new DefaultQuicStreamFrame(answer(context), true));
    }
  }

  private ByteBuf answer(ChannelHandlerContext context) {
    ByteBuf answer = context.alloc().directBuffer(Long.BYTES);
    if (first != Payload.DATAGRAM_COUNT) {
      return answer.writeByte(first);
    }
    return answer.writeLong(
        context.channel().parent().pipeline().get(NettyDatagramCounter.class).count());
  }
}
