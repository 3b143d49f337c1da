package dev.dialkey.bench.peer;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.io.IOException;

/** Does the same many times, some of it at a time, without leaving the event loop. */
final class NettyRepeat {

  /** What is done many times: it calls {@link #done} or {@link #failed} once. */
  interface Step {
    void start(int index, NettyRepeat repeat);
  }

  private final int count;
  private final Step step;
  private final Promise<Void> finished;
  private int started;
  private int completed;

  private NettyRepeat(int count, Step step, Promise<Void> finished) {
    this.count = count;
    this.step = step;
    this.finished = finished;
  }

  static void run(EventLoop loop, int count, int inFlight, Step step)
      throws IOException, InterruptedException {
    NettyRepeat repeat = new NettyRepeat(count, step, loop.newPromise());
    loop.execute(() -> {
      for (int i = 0; i < inFlight; i++) {
        repeat.startNext();
      }
    });
    NettySocket.await(repeat.finished);
  }

  void done() {
    completed++;
    if (completed == count) {
      finished.trySuccess(null);
    } else {
      startNext();
    }
  }

  void failed(Throwable cause) {
    started = count;
    finished.tryFailure(cause);
  }

  private void startNext() {
    if (started < count) {
      started++;
      step.start(started - 1, this);
    }
  }
}
