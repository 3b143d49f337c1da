package dev.dialkey.bench.peer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** The answer to {@code stats}, for both sides. */
final class HeapStats {

  private HeapStats() {}

  static Answer answer() {
    System.gc();
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    return Answer.ok(0).with("allocated", threads.getTotalThreadAllocatedBytes());
  }

  /** What a server makes of a line. */
  static Answer answer(String line) {
    return line.strip().equals("stats")
        ? answer()
        : Answer.error("unknown command '%s'; a server knows stats only".formatted(line));
  }
}
