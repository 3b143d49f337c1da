package dev.dialkey.bench.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Promise;

/**
 * A question of one byte whose answer somebody waits for.
 *
 * @param question the byte
 * @param answer takes the answer
 */
record NettyQuestion(byte question, Promise<Long> answer) implements NettyExchange.Caller {

  @Override
  public void opened(ChannelHandlerContext context) {
    NettyExchange.ask(context, question);
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
