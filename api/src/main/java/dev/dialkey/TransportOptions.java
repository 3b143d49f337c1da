package dev.dialkey;

import java.time.Duration;

/**
 * QUIC options of an endpoint. Values out of range are refused when they are set; no option is
 * accepted and ignored. Immutable.
 */
public final class TransportOptions {
  private static final long MIB = 1024 * 1024;

  /** RFC 9000 section 4.6 allows 2^60; the engine keeps state per stream. */
  private static final int MAX_STREAMS = 1 << 20;

  private static final long MAX_WINDOW = 1L << 40;

  /** No packet may be smaller (RFC 9000 section 14), so a datagram counts as that long. */
  private static final int MIN_MTU = 1_200;

  static final int MAX_MTU = 1_452;
  private static final long MAX_DATAGRAM_BYTES = 65_536L * MIN_MTU;

  private final TransportValues values;

  private TransportOptions(TransportValues values) {
    this.values = values;
  }

  /**
   * The defaults, right for paths of up to 320 Mbit/s at 100 ms.
   *
   * @return the options
   */
  public static TransportOptions defaults() {
    return builder().build();
  }

  /**
   * Large windows for paths of up to 1 Gbit/s at 100 ms and for fast local links: 16 MiB per
   * connection, 12 MiB per stream.
   *
   * @return the options
   */
  public static TransportOptions highThroughput() {
    return builder().receiveWindow(16 * MIB).streamReceiveWindow(12 * MIB).build();
  }

  /**
   * A builder that starts from the defaults.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Bidirectional streams that the peer may have open at once.
   *
   * @return the number
   */
  public int maxBiStreams() {
    return values.maxBiStreams;
  }

  /**
   * Unidirectional streams that the peer may have open at once.
   *
   * @return the number
   */
  public int maxUniStreams() {
    return values.maxUniStreams;
  }

  /**
   * Silence after which a connection is given up; the smaller value of both sides counts.
   *
   * @return the time-out, zero for none
   */
  public Duration maxIdleTimeout() {
    return values.maxIdleTimeout;
  }

  /**
   * Silence after which a PING keeps the connection alive.
   *
   * @return the interval, zero for never
   */
  public Duration keepAlive() {
    return values.keepAlive;
  }

  /**
   * Bytes the peer may send on a stream ahead of its reader.
   *
   * @return bytes
   */
  public long streamReceiveWindow() {
    return values.streamReceiveWindow;
  }

  /**
   * Bytes the peer may send on all streams together ahead of their readers.
   *
   * @return bytes
   */
  public long receiveWindow() {
    return values.receiveWindow;
  }

  /**
   * Round-trip time assumed before the first sample; an unanswered first flight is repeated after
   * three times as long.
   *
   * @return the time
   */
  public Duration initialRtt() {
    return values.initialRtt;
  }

  /**
   * Whether larger datagrams than 1200 bytes are tried, up to 1452.
   *
   * @return true if so
   */
  public boolean mtuDiscovery() {
    return values.mtuDiscovery;
  }

  /**
   * The congestion controller.
   *
   * @return the algorithm
   */
  public CongestionControl congestionControl() {
    return values.congestionControl;
  }

  /**
   * Bytes of datagrams kept until they are read, counted as datagrams of 1,200 bytes; beyond that
   * the oldest are dropped.
   *
   * @return bytes, 0 when none are taken
   */
  public long datagramReceiveBuffer() {
    return values.datagramReceiveBuffer;
  }

  /**
   * Bytes of datagrams kept until they are sent.
   *
   * @return bytes
   */
  public long datagramSendBuffer() {
    return values.datagramSendBuffer;
  }

  /**
   * Largest UDP payload that is sent, on paths that carry it.
   *
   * @return bytes
   */
  public int maxMtu() {
    return values.maxMtu;
  }

  /**
   * Whether packets are spread over the round trip in place of bursts.
   *
   * @return true if so
   */
  public boolean pacing() {
    return values.pacing;
  }

  /**
   * Packets that may be in flight before the first acknowledgement.
   *
   * @return packets
   */
  public int initialWindowPackets() {
    return values.initialWindowPackets;
  }

  /**
   * Whether a connection may have several paths at once, with peers that can, too. Without, its one
   * path follows a client to new addresses, and nothing takes over when it fails.
   *
   * @return true if so
   */
  public boolean multipath() {
    return values.multipath;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private final TransportValues values = new TransportValues();

    private Builder() {}

    /**
     * Sets {@link TransportOptions#maxBiStreams()}; default 100.
     *
     * @param streams 0 to 1,048,576
     * @return this
     */
    public Builder maxBiStreams(int streams) {
      values.maxBiStreams = (int) inRange("maxBiStreams", streams, 0, MAX_STREAMS);
      return this;
    }

    /**
     * Sets {@link TransportOptions#maxUniStreams()}; default 100.
     *
     * @param streams 0 to 1,048,576
     * @return this
     */
    public Builder maxUniStreams(int streams) {
      values.maxUniStreams = (int) inRange("maxUniStreams", streams, 0, MAX_STREAMS);
      return this;
    }

    /**
     * Sets {@link TransportOptions#maxIdleTimeout()}; default 30 s.
     *
     * @param timeout zero for none, else 100 ms to 24 days
     * @return this
     */
    public Builder maxIdleTimeout(Duration timeout) {
      values.maxIdleTimeout = millis("maxIdleTimeout", timeout, 100);
      return this;
    }

    /**
     * Sets {@link TransportOptions#keepAlive()}; default 5 s.
     *
     * @param interval zero for never, else 10 ms to 24 days
     * @return this
     */
    public Builder keepAlive(Duration interval) {
      values.keepAlive = millis("keepAlive", interval, 10);
      return this;
    }

    /**
     * Sets {@link TransportOptions#streamReceiveWindow()}; default 3 MiB.
     *
     * @param bytes 1 to 2^40
     * @return this
     */
    public Builder streamReceiveWindow(long bytes) {
      values.streamReceiveWindow = inRange("streamReceiveWindow", bytes, 1, MAX_WINDOW);
      return this;
    }

    /**
     * Sets {@link TransportOptions#receiveWindow()}; default 4 MiB.
     *
     * @param bytes 1 to 2^40
     * @return this
     */
    public Builder receiveWindow(long bytes) {
      values.receiveWindow = inRange("receiveWindow", bytes, 1, MAX_WINDOW);
      return this;
    }

    /**
     * Sets {@link TransportOptions#initialRtt()}; default 100 ms.
     *
     * @param rtt 1 ms to 10 s
     * @return this
     */
    public Builder initialRtt(Duration rtt) {
      inRange("initialRtt in ms", rtt.toMillis(), 1, 10_000);
      values.initialRtt = rtt;
      return this;
    }

    /**
     * Sets {@link TransportOptions#mtuDiscovery()}; default on.
     *
     * @param enabled whether to probe
     * @return this
     */
    public Builder mtuDiscovery(boolean enabled) {
      values.mtuDiscovery = enabled;
      return this;
    }

    /**
     * Sets {@link TransportOptions#congestionControl()}; default CUBIC.
     *
     * @param algorithm the algorithm
     * @return this
     */
    public Builder congestionControl(CongestionControl algorithm) {
      values.congestionControl = algorithm;
      return this;
    }

    /**
     * Sets {@link TransportOptions#datagramReceiveBuffer()}; default 1,250,000.
     *
     * @param bytes 0 to 78,643,200
     * @return this
     */
    public Builder datagramReceiveBuffer(long bytes) {
      values.datagramReceiveBuffer = inRange("datagramReceiveBuffer", bytes, 0, MAX_DATAGRAM_BYTES);
      return this;
    }

    /**
     * Sets {@link TransportOptions#datagramSendBuffer()}; default 1 MiB.
     *
     * @param bytes 1,500 to 2^30
     * @return this
     */
    public Builder datagramSendBuffer(long bytes) {
      values.datagramSendBuffer = inRange("datagramSendBuffer", bytes, 1_500, 1 << 30);
      return this;
    }

    /**
     * Sets {@link TransportOptions#maxMtu()}; default 1452.
     *
     * @param bytes 1200 to 1452
     * @return this
     */
    public Builder maxMtu(int bytes) {
      values.maxMtu = (int) inRange("maxMtu", bytes, MIN_MTU, MAX_MTU);
      return this;
    }

    /**
     * Sets {@link TransportOptions#pacing()}; default on.
     *
     * @param enabled whether to pace
     * @return this
     */
    public Builder pacing(boolean enabled) {
      values.pacing = enabled;
      return this;
    }

    /**
     * Sets {@link TransportOptions#initialWindowPackets()}; default 10.
     *
     * @param packets 2 to 100
     * @return this
     */
    public Builder initialWindowPackets(int packets) {
      values.initialWindowPackets = (int) inRange("initialWindowPackets", packets, 2, 100);
      return this;
    }

    /**
     * Sets {@link TransportOptions#multipath()}; default on.
     *
     * @param enabled whether to offer it to peers
     * @return this
     */
    public Builder multipath(boolean enabled) {
      values.multipath = enabled;
      return this;
    }

    /**
     * The options as they stand.
     *
     * @return the options
     */
    public TransportOptions build() {
      return new TransportOptions(values.copy());
    }

    private static Duration millis(String name, Duration value, long min) {
      if (!value.isZero()) {
        inRange(name + " in ms", value.toMillis(), min, Integer.MAX_VALUE);
      }
      return value;
    }

    private static long inRange(String name, long value, long min, long max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            name + " must be " + min + " to " + max + ", not " + value);
      }
      return value;
    }
  }
}
