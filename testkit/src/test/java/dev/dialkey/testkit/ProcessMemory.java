package dev.dialkey.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What this process has allocated and not freed. Stateless. */
final class ProcessMemory {
  /** Ten counters, of which two say what is in use: in the arenas, and in mappings of its own. */
  private static final MemoryLayout COUNTERS =
      MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG);

  private static final int MAPPED = 4;
  private static final int IN_ARENAS = 7;

  /** The account of the GNU C library since 2.33; others have none. */
  @SuppressWarnings("restricted") // The signature is that of malloc.h.
  private static final Optional<MethodHandle> MALLINFO =
      Linker.nativeLinker()
          .defaultLookup()
          .find("mallinfo2")
          .map(symbol ->
              Linker.nativeLinker()
                  .downcallHandle(
                      symbol, FunctionDescriptor.of(MemoryLayout.structLayout(COUNTERS))));

  private ProcessMemory() {}

  /**
   * Memory outside of the Java heap in MiB, after a collection: what was freed does not count,
   * wherever the C library keeps it. 0 where that is not known.
   */
  static long nativeMib() {
    System.gc();
    if (MALLINFO.isEmpty()) {
      return 0;
    }
    try (var arena = Arena.ofConfined()) {
      var counters = (MemorySegment) MALLINFO.get().invoke((SegmentAllocator) arena);
      return (counters.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
              + counters.getAtIndex(ValueLayout.JAVA_LONG, IN_ARENAS))
          / (1024 * 1024);
    } catch (Throwable e) {
      throw new AssertionError("mallinfo2", e);
    }
  }

  /** Used Java heap in MiB, after a collection. */
  static long heapMib() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / (1024 * 1024);
  }
}
