package dev.dialkey.internal.reflexive;

import java.net.InetSocketAddress;

/** What {@link ReflexiveCore} is told. */
sealed interface Input {

  /** A deadline that the core has named is over. */
  record DeadlineReached() implements Input {}

  /** The network may be another one. */
  record NetworkChanged() implements Input {}

  /**
   * The server says where it sees us.
   *
   * @param probe the connection
   * @param address as the server sees it
   * @param rttNanos smoothed round-trip time
   */
  record Observed(Probe probe, InetSocketAddress address, long rttNanos) implements Input {}

  /**
   * A ping was answered.
   *
   * @param probe the connection
   * @param rttNanos smoothed round-trip time
   */
  record Alive(Probe probe, long rttNanos) implements Input {}

  /**
   * The attempt has failed, or the connection is over.
   *
   * @param probe the connection
   * @param reason for people
   */
  record Failed(Probe probe, String reason) implements Input {}
}
