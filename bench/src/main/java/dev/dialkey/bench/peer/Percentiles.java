package dev.dialkey.bench.peer;

import java.util.Arrays;

/** Nearest-rank percentiles of times. */
final class Percentiles {

  private final long[] sortedNanos;

  Percentiles(long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("there are no times");
    }
    sortedNanos = nanos.clone();
    Arrays.sort(sortedNanos);
  }

  /** The smallest time that at least so many of a thousand do not exceed. */
  long nanos(int perMille) {
    if (perMille < 1 || perMille > 1000) {
      throw new IllegalArgumentException(perMille + " is not from 1 to 1000");
    }
    long rank = ((long) sortedNanos.length * perMille + 999) / 1000;
    return sortedNanos[(int) rank - 1];
  }
}
