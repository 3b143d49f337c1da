package dev.dialkey.bench.micro;

import dev.dialkey.bindings.NativeConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The call by which a connection tells what has happened, and reading its records. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventBenchmark {
  /** As many streams as a received super-datagram can carry one-byte requests in packets. */
  private static final int STREAMS = 45;

  private static final MemorySegment ONE_BYTE = Arena.global().allocate(1);

  /** Two ends with nothing to report but the records fetched last. */
  @State(Scope.Thread)
  public static class Quiet {
    final MemoryPair pair;
    final int count;

    public Quiet() {
      this.pair = connected();
      sendOnAll(pair);
      receiveOnly(pair);
      this.count = pair.server.events.fetchFrom(pair.server.connection());
    }

    @TearDown
    public void close() {
      pair.close();
    }
  }

  /** Before each call one byte has arrived on each of the streams. */
  @State(Scope.Thread)
  public static class Busy {
    private final MemoryPair pair = connected();

    @Setup(Level.Invocation)
    public void arrive() {
      sendOnAll(pair);
      receiveOnly(pair);
    }

    @TearDown(Level.Invocation)
    public void read() {
      long now = System.nanoTime();
      NativeConnection server = pair.server.connection();
      for (long i = 0; i < STREAMS; i++) {
        if (server.streamReceive(now, 4 * i, ONE_BYTE.address(), 1) != 1) {
          throw new IllegalStateException("nothing on stream " + 4 * i);
        }
      }
      pair.settle();
    }

    @TearDown
    public void close() {
      pair.close();
    }
  }

  /** The call when nothing has happened. */
  @Benchmark
  public int fetchNothing(Quiet quiet) {
    return quiet.pair.client.events.fetchFrom(quiet.pair.client.connection());
  }

  /** Reading 45 records, without the call. */
  @Benchmark
  public long decode(Quiet quiet) {
    return quiet.pair.server.digest(quiet.count);
  }

  /** The call and reading 45 records; about 0.1 µs of it is the clock. */
  @Benchmark
  public long fetchAndDecode(Busy busy) {
    return busy.pair.server.lookAtEvents();
  }

  private static MemoryPair connected() {
    try {
      return MemoryPair.connected();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void sendOnAll(MemoryPair pair) {
    long now = System.nanoTime();
    for (long i = 0; i < STREAMS; i++) {
      if (pair.client.connection().streamSend(now, 4 * i, ONE_BYTE.address(), 1, false) != 1) {
        throw new IllegalStateException("stream " + 4 * i + " takes nothing");
      }
    }
    pair.client.flush(now);
  }

  /** Feeds what arrived and leaves the events where they are. */
  private static void receiveOnly(MemoryPair pair) {
    pair.server.feed(System.nanoTime());
  }
}
