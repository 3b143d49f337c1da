package dev.dialkey.testkit;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One direction between two IP addresses. Address translation on the way does not change it. */
public final class SimulatedLink {
  private final SimulatedNetwork network;
  private @Nullable LinkFaults own;
  private boolean isCut;
  private long lastArrivalNanos;

  SimulatedLink(SimulatedNetwork network) {
    this.network = network;
  }

  /**
   * Sets what it does to datagrams, in place of what the network says.
   *
   * @param faults the faults
   */
  public void faults(LinkFaults faults) {
    own = faults;
  }

  /** From now on nothing gets through, what is under way included. */
  public void cut() {
    isCut = true;
  }

  /** Ends a cut. */
  public void mend() {
    isCut = false;
  }

  /**
   * Whether it is cut.
   *
   * @return true between {@link #cut} and {@link #mend}
   */
  public boolean isCut() {
    return isCut;
  }

  void heal() {
    own = null;
    isCut = false;
  }

  LinkFaults faults() {
    LinkFaults faults = own;
    return faults != null ? faults : network.faults();
  }

  /** When a datagram that is sent now arrives. */
  long arrivalNanos(long nowNanos, RandomGenerator random) {
    LinkFaults faults = faults();
    long jitter = faults.jitter().toNanos();
    long delay = faults.delay().toNanos() + (jitter > 0 ? random.nextLong(jitter) : 0);
    if (faults.reordering() > 0 && random.nextDouble() < faults.reordering()) {
      return nowNanos + delay + random.nextLong(delay + jitter + 1);
    }
    // Behind what was sent before it.
    lastArrivalNanos = Math.max(nowNanos + delay, lastArrivalNanos);
    return lastArrivalNanos;
  }
}
