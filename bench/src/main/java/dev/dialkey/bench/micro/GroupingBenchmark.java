package dev.dialkey.bench.micro;

import dev.dialkey.bindings.NativeLibrary;
import dev.dialkey.internal.loop.TurnAccess;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Run grouping and look-up over a received super-datagram of 45 packets, among 2,000 other
 * connections: all packets for one connection, and each for another.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class GroupingBenchmark {
  private static final int DATAGRAMS = 45;

  @Param({"1", "45"})
  public int ids = 1;

  private @Nullable TurnAccess turn;
  private long now;

  @Setup
  public void open() throws IOException {
    NativeLibrary.load();
    turn = TurnAccess.open(DATAGRAMS, ids);
    now = System.nanoTime();
    turn().handOver(now);
    if (turn().received() != DATAGRAMS) {
      throw new IllegalStateException("a turn delivers " + turn().received());
    }
  }

  @Benchmark
  public long handOver() {
    return turn().handOver(now);
  }

  @TearDown
  public void close() {
    turn().close();
  }

  private TurnAccess turn() {
    return Objects.requireNonNull(turn);
  }
}
