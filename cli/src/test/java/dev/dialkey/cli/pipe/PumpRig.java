package dev.dialkey.cli.pipe;

import dev.dialkey.BiStream;
import dev.dialkey.TransportOptions;
import dev.dialkey.testkit.Loopback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A pump between a stream and two system pipes. The test plays the peer and the local program.
 *
 * @param pair the connection
 * @param peer the peer's end of the stream
 * @param in what the local program writes to
 * @param out what the local program reads from
 */
record PumpRig(
    Loopback.Pair pair, BiStream peer, Pipe in, Pipe out, FutureTask<Boolean> task, Thread thread)
    implements AutoCloseable {

  static PumpRig start() throws IOException {
    Loopback.Pair pair = Loopback.connect(TransportOptions.defaults());
    BiStream peer = PipeProtocol.DEFAULT.open(pair.client());
    BiStream stream = pair.server().acceptBi(Loopback.PATIENCE);
    PipeProtocol.DEFAULT.expect(stream.recv());
    Pipe in = Pipe.open();
    Pipe out = Pipe.open();
    var local =
        new LocalEnd(in.source(), out.sink(), out.sink()::close, Thread.ofVirtual().factory());
    var task =
        new FutureTask<>(() -> {
          try (stream;
              local) {
            new Pump(stream, local).run();
          }
          return true;
        });
    return new PumpRig(pair, peer, in, out, task, Thread.ofVirtual().start(task));
  }

  /** Writes all as the local program and ends. */
  int write(byte[] bytes) throws IOException {
    try (Pipe.SinkChannel sink = in.sink()) {
      var buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        sink.write(buffer);
      }
    }
    return bytes.length;
  }

  /** Sends all as the peer and ends. */
  int send(byte[] bytes) throws IOException {
    peer.send().write(bytes);
    peer.send().finish();
    return bytes.length;
  }

  /** What the local program reads to the end. */
  byte[] readAll() throws IOException {
    return Channels.newInputStream(out.source()).readAllBytes();
  }

  boolean isDone() {
    return task.isDone();
  }

  void interrupt() {
    thread.interrupt();
  }

  void await() throws Exception {
    task.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  Throwable failure() throws Exception {
    try {
      await();
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("the pump ended as if nothing were wrong");
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    peer.close();
    pair.close();
    in.sink().close();
    in.source().close();
    out.sink().close();
    out.source().close();
  }
}
