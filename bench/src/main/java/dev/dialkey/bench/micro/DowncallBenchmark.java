package dev.dialkey.bench.micro;

import dev.dialkey.bindings.NativeConnection;
import dev.dialkey.bindings.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The price of crossing into the native library, beside the two things that every call of the data
 * path also pays, lock and clock. Three of the calls look a connection up and find nothing to do:
 * their result is a status below zero. That is how this library reports an error: no call captures
 * the state of the C library.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DowncallBenchmark {
  private static final int CAPACITY = 1_500;

  private final ReentrantLock lock = new ReentrantLock();
  private final byte[] array = new byte[CAPACITY];
  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment = arena.allocate(CAPACITY);

  private @Nullable MemoryPair pair;
  private @Nullable NativeLibrary library;
  private long now;

  @Setup
  public void open() throws IOException {
    library = NativeLibrary.load();
    pair = MemoryPair.connected();
    now = System.nanoTime();
  }

  /** No argument, nothing done: the crossing alone. */
  @Benchmark
  public int bare() {
    return Objects.requireNonNull(library).abiVersion();
  }

  /** Asks for a datagram that is not there, with native memory: a plain call. */
  @Benchmark
  public int plain() {
    return connection().receiveDatagram(segment.address(), CAPACITY);
  }

  /** The same with an array: a critical call. */
  @Benchmark
  public int critical() {
    return connection().receiveDatagram(array, 0, CAPACITY);
  }

  /** Asks for the next deadline, which is written into memory. */
  @Benchmark
  public long outParameter() {
    return connection().timeoutAt(now);
  }

  /** The lock of a connection that nobody else wants. */
  @Benchmark
  public int lock() {
    lock.lock();
    try {
      return array.length;
    } finally {
      lock.unlock();
    }
  }

  /** The clock, once per call of a stream. */
  @Benchmark
  public long clock() {
    return System.nanoTime();
  }

  @TearDown
  public void close() {
    Objects.requireNonNull(pair).close();
    arena.close();
  }

  private NativeConnection connection() {
    return Objects.requireNonNull(pair).client.connection();
  }
}
