package dev.dialkey.cli.perfpeer;

import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.Alpn;
import java.time.Duration;

/**
 * What both sides have to agree on. The first byte of a stream says what it is; the server reads
 * any stream to its end and then answers.
 */
final class PerfProtocol {
  static final Alpn ALPN = Alpn.of("perf/0");

  /** A request; the answer is this byte. */
  static final byte REQUEST = 0;

  /** Any number of bytes; the answer is this byte. */
  static final byte BULK = 1;

  /** Asks how many datagrams came on the connection; the answer is the number in eight bytes. */
  static final byte COUNT = 2;

  /** With what a stream is reset that begins with another byte. */
  static final long UNKNOWN_KIND = 1;

  static final int DATAGRAM_BYTES = 1_200;

  private static final long MIB = 1 << 20;

  private PerfProtocol() {}

  /** Most of it is the default, and here so that it stays what other peers are given too. */
  static TransportOptions transport(boolean multipath) {
    return TransportOptions.builder()
        .maxIdleTimeout(Duration.ofMinutes(10)) // A pair waits while other pairs run.
        .keepAlive(Duration.ZERO)
        .maxBiStreams(1_024)
        .streamReceiveWindow(3 * MIB)
        .receiveWindow(4 * MIB)
        .datagramReceiveBuffer(4 * MIB) // The default is less than a receive may bring at once.
        .maxMtu(1_452)
        .multipath(multipath)
        .build();
  }
}
