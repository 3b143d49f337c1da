package dev.dialkey.bench.micro;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the calling thread allocates on the heap. */
final class Allocation {
  /** One operation under measurement; what it returns keeps it from being optimised away. */
  interface Operation {
    long run();
  }

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** By then the compiler has had its time, even beside other jobs. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private Allocation() {}

  /**
   * The fewest bytes per operation of several batches: one in which the compiler has not finished
   * says nothing. Ends with the first batch within the bound, or when patience is over.
   */
  static double perOperation(Operation operation, int batch, int bound) {
    long start = System.nanoTime();
    long fewest = Long.MAX_VALUE;
    do {
      fewest = Math.min(fewest, inBatch(operation, batch));
    } while (fewest > (long) bound * batch && System.nanoTime() - start < PATIENCE_NANOS);
    return (double) fewest / batch;
  }

  private static long inBatch(Operation operation, int count) {
    long digest = 0;
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < count; i++) {
      digest += operation.run();
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    // Never true, but the compiler cannot know.
    return digest == Long.MIN_VALUE + 1 ? Long.MAX_VALUE : allocated;
  }
}
