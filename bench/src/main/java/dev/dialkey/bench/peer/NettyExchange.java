package dev.dialkey.bench.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamType;
import java.nio.channels.ClosedChannelException;

/** One stream of a client: what is asked, and the answer. Lives on the event loop. */
final class NettyExchange extends SimpleChannelInboundHandler<QuicStreamFrame> {

  /** Who asks. */
  interface Caller {

    /** The stream is open; the caller writes to it. */
    void opened(ChannelHandlerContext context);

    /** The stream ended with an answer, which is a number of one or of eight bytes. */
    void answered(long answer);

    /** No answer will come. */
    void failed(Throwable cause);
  }

  private final Caller caller;
  private long answer;
  private boolean over;

  private NettyExchange(Caller caller) {
    this.caller = caller;
  }

  static void open(QuicChannel connection, Caller caller) {
    connection
        .createStream(QuicStreamType.BIDIRECTIONAL, new NettyExchange(caller))
        .addListener(opened -> {
          if (!opened.isSuccess()) {
            caller.failed(opened.cause());
          }
        });
  }

  /** Writes one byte and the end. */
  static void ask(ChannelHandlerContext context, byte question) {
    finish(context, context.alloc().directBuffer(1).writeByte(question));
  }

  /** Writes the last bytes and the end. */
  static void finish(ChannelHandlerContext context, ByteBuf last) {
    context
        .writeAndFlush(new DefaultQuicStreamFrame(last, true))
        .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ((QuicStreamChannel) context.channel()).config().setReadFrames(true);
    caller.opened(context);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
    ByteBuf content = frame.content();
    while (content.isReadable()) {
      answer = answer << Byte.SIZE | content.readUnsignedByte();
    }
    if (frame.hasFin()) {
      over = true;
      caller.answered(answer);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(cause);
    var _ = context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(new ClosedChannelException());
  }

  private void fail(Throwable cause) {
    if (!over) {
      over = true;
      caller.failed(cause);
    }
  }
}
