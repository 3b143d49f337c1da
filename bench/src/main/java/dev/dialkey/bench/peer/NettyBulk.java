package dev.dialkey.bench.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Promise;

/**
 * Writes many bytes to a stream: the next part when the one before has been taken. Lives on the
 * event loop.
 */
final class NettyBulk implements NettyExchange.Caller {

  private final ByteBuf chunk;
  private final Promise<Long> answer;
  private long leftBytes;

  /**
   * Makes the writer of one stream.
   *
   * @param chunk what each write repeats; stays with the caller
   */
  NettyBulk(long bytes, ByteBuf chunk, Promise<Long> answer) {
    this.leftBytes = bytes;
    this.chunk = chunk;
    this.answer = answer;
  }

  @Override
  public void opened(ChannelHandlerContext context) {
    int length = (int) Math.min(leftBytes, chunk.readableBytes());
    ByteBuf part = chunk.retainedSlice(chunk.readerIndex(), length);
    leftBytes -= length;
    if (leftBytes == 0) {
      NettyExchange.finish(context, part);
      return;
    }
    context
        .writeAndFlush(part)
        .addListener(written -> {
          if (written.isSuccess()) {
            opened(context);
          } else {
            failed(written.cause());
          }
        });
  }

  @Override
  public void answered(long value) {
    answer.trySuccess(value);
  }

  @Override
  public void failed(Throwable cause) {
    answer.tryFailure(cause);
  }
}
