package dev.dialkey;

import java.time.Duration;

/**
 * The values of {@link TransportOptions}, with the defaults. A builder writes them; nobody else.
 */
final class TransportValues implements Cloneable {
  private static final long MIB = 1024 * 1024;

  int maxBiStreams = 100;
  int maxUniStreams = 100;
  Duration maxIdleTimeout = Duration.ofSeconds(30);
  Duration keepAlive = Duration.ofSeconds(5);
  long streamReceiveWindow = 3 * MIB;
  long receiveWindow = 4 * MIB;
  Duration initialRtt = Duration.ofMillis(100);
  boolean mtuDiscovery = true;
  CongestionControl congestionControl = CongestionControl.CUBIC;
  long datagramReceiveBuffer = 1_250_000;
  long datagramSendBuffer = MIB;
  int maxMtu = TransportOptions.MAX_MTU;
  boolean pacing = true;
  int initialWindowPackets = 10;
  boolean multipath = true;

  TransportValues copy() {
    try {
      return (TransportValues) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
