package dev.dialkey.bench.peer;

import io.netty.channel.ChannelHandlerContext;

/** One of many requests. Lives on the event loop. */
final class NettyRequest implements NettyExchange.Caller {

  private final int index;
  private final long[] nanos;
  private final NettyRepeat repeat;
  private final long startNanos = System.nanoTime();

  /**
   * Starts the clock.
   *
   * @param index which request
   * @param nanos takes how long it took
   * @param repeat is told when it is over
   */
  NettyRequest(int index, long[] nanos, NettyRepeat repeat) {
    this.index = index;
    this.nanos = nanos;
    this.repeat = repeat;
  }

  @Override
  public void opened(ChannelHandlerContext context) {
    NettyExchange.ask(context, Payload.REQUEST);
  }

  @Override
  public void answered(long answer) {
    nanos[index] = System.nanoTime() - startNanos;
    repeat.done();
  }

  @Override
  public void failed(Throwable cause) {
    repeat.failed(cause);
  }
}
