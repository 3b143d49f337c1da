package dev.dialkey.cli.perfpeer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What this JVM has allocated. Stateless. */
final class HeapUse {

  private HeapUse() {}

  /** Collects garbage first, so that the size of the process shows what is in use. */
  static Outcome sample() {
    System.gc();
    long bytes =
        ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
    return Outcome.of(0).with("allocated", bytes);
  }
}
