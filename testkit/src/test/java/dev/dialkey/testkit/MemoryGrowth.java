package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether memory grows while one seed follows the other. */
final class MemoryGrowth {
  private static final long MAX_HEAP_GROWTH_MIB = 64;

  private static final long MAX_NATIVE_GROWTH_MIB = 32;

  /** What the safety nets behind endpoints hold goes with the collection after next. */
  private static final int MAX_COLLECTIONS = 10;

  private final long warmUpSeeds;
  private long seeds;
  private long heapMib;
  private long nativeMib;

  /** The compiler has done its work after so many seeds. */
  MemoryGrowth(long warmUpSeeds) {
    this.warmUpSeeds = warmUpSeeds;
  }

  void seedIsDone() {
    if (++seeds == warmUpSeeds) {
      heapMib = smallestHeapMib(0);
      nativeMib = ProcessMemory.nativeMib();
    }
  }

  /** Fails if it does; few seeds tell nothing. */
  void check() {
    if (seeds >= 2 * warmUpSeeds) {
      long most = heapMib + MAX_HEAP_GROWTH_MIB;
      assertThat(smallestHeapMib(most)).isLessThan(most);
      assertThat(ProcessMemory.nativeMib() - nativeMib).isLessThan(MAX_NATIVE_GROWTH_MIB);
    }
  }

  /** Collects until the heap is smaller than that, or does not get any smaller. */
  private static long smallestHeapMib(long enough) {
    long smallest = ProcessMemory.heapMib();
    for (int i = 1; i < MAX_COLLECTIONS && smallest >= enough; i++) {
      smallest = Math.min(smallest, ProcessMemory.heapMib());
    }
    return smallest;
  }
}
