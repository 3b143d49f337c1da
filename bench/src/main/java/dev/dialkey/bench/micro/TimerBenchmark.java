package dev.dialkey.bench.micro;

import dev.dialkey.internal.loop.TimerAccess;
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
import org.openjdk.jmh.annotations.Warmup;

/** The timers of a loop, one per connection. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TimerBenchmark {
  @Param({"10", "1000", "100000"})
  public int deadlines = 10;

  private @Nullable TimerAccess timers;

  @Setup
  public void open() {
    timers = new TimerAccess(deadlines);
  }

  @Benchmark
  public int insertAndCancel() {
    return timers().insertAndCancel();
  }

  @Benchmark
  public int move() {
    return timers().move();
  }

  @Benchmark
  public long expireAndInsert() {
    return timers().expireAndInsert();
  }

  private TimerAccess timers() {
    return Objects.requireNonNull(timers);
  }
}
