package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** Whether memory grows while one seed follows the other. */
final class MemoryGrowth {
  private static final long MAX_HEAP_GROWTH_MIB = 64;

  /**
   * The C library keeps what was freed, now more and now less; what each seed lost would add up.
   */
  private static final long MAX_NATIVE_GROWTH_MIB = 1_024;

  /** What the safety nets behind endpoints hold goes with the collection after next. */
  private static final int FEW_COLLECTIONS = 5;

  /**
   * A heap that has shrunk gives its memory back to the system piece by piece, which takes longer
   * than ten collections; until then it looks like memory outside of it.
   */
  private static final int MANY_COLLECTIONS = 100;

  private interface Measure {
    long mib() throws IOException;
  }

  private final long warmUpSeeds;
  private long seeds;
  private long heapMib;
  private long nativeMib;

  /** The compiler has done its work after so many seeds. */
  MemoryGrowth(long warmUpSeeds) {
    this.warmUpSeeds = warmUpSeeds;
  }

  void seedIsDone() throws IOException {
    if (++seeds == warmUpSeeds) {
      heapMib = smallest(ProcessMemory::heapMib, FEW_COLLECTIONS, 0);
      nativeMib = smallest(MemoryGrowth::nativeMib, FEW_COLLECTIONS, 0);
    }
  }

  /** Fails if it does; few seeds tell nothing. */
  void check() throws IOException {
    if (seeds >= 2 * warmUpSeeds) {
      long heapLimit = heapMib + MAX_HEAP_GROWTH_MIB;
      assertThat(smallest(ProcessMemory::heapMib, MANY_COLLECTIONS, heapLimit))
          .isLessThan(heapLimit);
      long nativeLimit = nativeMib + MAX_NATIVE_GROWTH_MIB;
      assertThat(smallest(MemoryGrowth::nativeMib, MANY_COLLECTIONS, nativeLimit))
          .isLessThan(nativeLimit);
    }
  }

  /** Collects so many times at the most, until it is less than what is enough. */
  private static long smallest(Measure measure, int most, long enough) throws IOException {
    long smallest = measure.mib();
    for (int i = 1; i < most && smallest >= enough; i++) {
      smallest = Math.min(smallest, measure.mib());
    }
    return smallest;
  }

  private static long nativeMib() throws IOException {
    return ProcessMemory.isKnown() ? ProcessMemory.nativeMib() : 0;
  }
}
