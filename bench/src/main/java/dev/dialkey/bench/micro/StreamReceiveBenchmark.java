package dev.dialkey.bench.micro;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Stream receive of one message that has arrived, with the lock, until all of it is read. The clock
 * is read twice per call beside the step, about 0.1 µs, for what comes before and after is not
 * measured.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class StreamReceiveBenchmark {
  @Param({"1", "1024", "65536", "1048576"})
  public int size;

  @Param({"HEAP", "NATIVE"})
  public Memory memory = Memory.HEAP;

  private @Nullable Exchange exchange;

  @Setup
  public void open() throws IOException {
    exchange = Exchange.open(size, memory);
  }

  @Setup(Level.Invocation)
  public void deliver() {
    exchange().send();
    exchange().arrive();
  }

  @Benchmark
  public void receive() {
    exchange().read();
  }

  @TearDown(Level.Invocation)
  public void settle() {
    exchange().settle();
  }

  @TearDown
  public void close() {
    exchange().close();
  }

  private Exchange exchange() {
    return Objects.requireNonNull(exchange);
  }
}
