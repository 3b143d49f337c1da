package dev.dialkey.bench.harness.process;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The CPU time of another process, to the nanosecond, by POSIX's per-process clock.
 *
 * <p>Nothing below /proc serves: {@code stat} counts in ticks of 10 ms, which is a tenth of a short
 * step, and the {@code schedstat} of its threads has nanoseconds but forgets threads that ended,
 * and a JVM starts and ends compiler threads all the time. This clock adds up what living threads
 * used, the moment included, and what the kernel kept of the ended ones. It takes a native call,
 * which is otherwise the business of {@code bindings} alone; there it would be of no use to anybody
 * else.
 */
final class CpuClock {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle CLOCK_OF_PROCESS =
      link(
          "clock_getcpuclockid",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  private static final MethodHandle READ_CLOCK =
      link(
          "clock_gettime",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  /** A timespec where {@code long} has 64 bits: seconds, then nanoseconds. */
  private static final MemoryLayout TIME =
      MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

  private static final double NANOS = 1e-9;

  private final long pid;
  private final int clock;

  private CpuClock(long pid, int clock) {
    this.pid = pid;
    this.clock = clock;
  }

  /** The clock of a process that runs. */
  static CpuClock of(long pid) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment clock = arena.allocate(ValueLayout.JAVA_INT);
      int error = call(CLOCK_OF_PROCESS, Math.toIntExact(pid), clock);
      if (error != 0) {
        throw new IOException("process " + pid + " has no CPU clock: error " + error);
      }
      return new CpuClock(pid, clock.get(ValueLayout.JAVA_INT, 0));
    }
  }

  /** CPU time since the process started, user and system, of all its threads. */
  double seconds() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(TIME);
      if (call(READ_CLOCK, clock, time) != 0) {
        throw new IOException("the CPU clock of process " + pid + " is gone: the process ended");
      }
      return time.getAtIndex(ValueLayout.JAVA_LONG, 0)
          + time.getAtIndex(ValueLayout.JAVA_LONG, 1) * NANOS;
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, FunctionDescriptor shape) {
    MemorySegment symbol =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() ->
                new UnsupportedOperationException(
                    "the C library has no " + name + ": the driver needs Linux"));
    return LINKER.downcallHandle(symbol, shape);
  }

  private static int call(MethodHandle function, int argument, MemorySegment result) {
    try {
      return (int) function.invokeExact(argument, result);
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing", e);
    }
  }
}
