package dev.dialkey.internal.endpoint;

import dev.dialkey.CongestionControl;
import dev.dialkey.EndpointBindException;
import dev.dialkey.TransportOptions;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.bindings.NativeConfig;
import dev.dialkey.bindings.NativeException;
import dev.dialkey.bindings.NativeOption;
import dev.dialkey.holepunch.NatTraversalFrame;
import dev.dialkey.holepunch.ObservedAddress;
import dev.dialkey.internal.connection.PathManager;
import java.io.IOException;
import java.util.List;

/** Turns options into the engine's configuration. Stateless. */
final class NativeConfigs {

  /** The transport parameter of multipath, draft-ietf-quic-multipath. */
  private static final long INITIAL_MAX_PATH_ID = 0x3e;

  /** Eight paths at a time, as iroh allows. */
  private static final byte MAX_PATH_ID = 7;

  /** The server's own limit is 30 seconds: whoever keeps the connection alive is this side. */
  private static final long DISCOVERY_IDLE_MS = 35_000;

  private static final long DISCOVERY_KEEP_ALIVE_MS = 25_000;
  private static final long DISCOVERY_INITIAL_RTT_US = 111_000;

  private NativeConfigs() {}

  /** The configuration of the endpoint, or of a connection with options of its own. */
  static NativeConfig of(EndpointSettings settings, TransportOptions options, List<Alpn> alpns)
      throws EndpointBindException {
    byte[] seed = settings.secretKey().toBytes();
    NativeConfig config;
    try {
      config = NativeConfig.open(seed);
    } finally {
      java.util.Arrays.fill(seed, (byte) 0);
    }
    try {
      apply(config, options);
      config.acceptAlpns(EndpointCore.wire(alpns));
      write(config, settings.diagnostics());
      return config;
    } catch (RuntimeException | EndpointBindException e) {
      config.close();
      throw e;
    }
  }

  /**
   * The configuration of connections for address discovery, whose servers have a certificate that
   * one of the roots vouches for.
   *
   * @param roots in PEM form
   * @throws NativeException when one of them cannot be read
   */
  static NativeConfig forDiscovery(EndpointSettings settings, byte[] roots)
      throws EndpointBindException {
    NativeConfig config = NativeConfig.openForNames(roots);
    try {
      config.set(NativeOption.IDLE_TIMEOUT_MS, DISCOVERY_IDLE_MS);
      config.set(NativeOption.KEEP_ALIVE_MS, DISCOVERY_KEEP_ALIVE_MS);
      config.set(NativeOption.INITIAL_RTT_US, DISCOVERY_INITIAL_RTT_US);
      config.set(NativeOption.PMTUD, 0); // Nothing large is ever sent.
      config.transportParameter(
          ObservedAddress.TRANSPORT_PARAMETER, new byte[] {ObservedAddress.RECEIVES});
      write(config, settings.diagnostics());
      return config;
    } catch (RuntimeException | EndpointBindException e) {
      config.close();
      throw e;
    }
  }

  private static void write(NativeConfig config, Diagnostics diagnostics)
      throws EndpointBindException {
    try {
      if (diagnostics.keyLog().isPresent()) {
        config.keyLog(diagnostics.keyLog().get());
      }
      if (diagnostics.qlog().isPresent()) {
        config.qlog(diagnostics.qlog().get().folder(), diagnostics.qlog().get().prefix());
      }
    } catch (IOException e) {
      throw new EndpointBindException("cannot write the key log or qlog: " + e.getMessage(), e);
    }
  }

  private static void apply(NativeConfig config, TransportOptions options) {
    config.set(NativeOption.IDLE_TIMEOUT_MS, options.maxIdleTimeout().toMillis());
    config.set(NativeOption.KEEP_ALIVE_MS, options.keepAlive().toMillis());
    config.set(NativeOption.INITIAL_MAX_DATA, options.receiveWindow());
    config.set(NativeOption.INITIAL_MAX_STREAM_DATA, options.streamReceiveWindow());
    config.set(NativeOption.MAX_STREAMS_BIDI, options.maxBiStreams());
    config.set(NativeOption.MAX_STREAMS_UNI, options.maxUniStreams());
    config.set(NativeOption.INITIAL_RTT_US, options.initialRtt().toNanos() / 1_000);
    config.set(NativeOption.PMTUD, options.mtuDiscovery() ? 1 : 0);
    config.set(NativeOption.MAX_UDP_PAYLOAD_SEND, options.maxMtu());
    config.set(NativeOption.PACING, options.pacing() ? 1 : 0);
    config.set(NativeOption.INITIAL_CWND_PACKETS, options.initialWindowPackets());
    config.set(NativeOption.DGRAM_RECV_QUEUE, datagrams(options.datagramReceiveBuffer()));
    config.set(NativeOption.DGRAM_SEND_BYTES, options.datagramSendBuffer());
    config.set(NativeOption.CONGESTION_CONTROL, algorithm(options.congestionControl()));
    if (options.multipath()) {
      config.transportParameter(INITIAL_MAX_PATH_ID, new byte[] {MAX_PATH_ID});
      config.transportParameter(
          NatTraversalFrame.TRANSPORT_PARAMETER, new byte[] {PathManager.MOST_ADDRESSES});
    }
  }

  /** The engine counts them; one is hardly longer than that. */
  private static long datagrams(long bytes) {
    return Math.ceilDiv(bytes, 1_200);
  }

  private static long algorithm(CongestionControl congestionControl) {
    return switch (congestionControl) {
      case CUBIC -> 0;
      case RENO -> 1;
      case BBR2 -> 2;
    };
  }
}
