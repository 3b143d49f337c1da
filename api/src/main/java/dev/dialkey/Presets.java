package dev.dialkey;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The presets that come with the library. */
public final class Presets {

  private Presets() {}

  /**
   * Nothing is set: no sockets unless addresses are given.
   *
   * @return the preset
   */
  public static Preset empty() {
    return EndpointBuilder::clearIpTransports;
  }

  /**
   * Direct connections only: a wildcard UDP socket for IPv4 and, where the host has IPv6, one for
   * IPv6. No relay, no address lookup.
   *
   * @return the preset
   */
  public static Preset minimal() {
    return EndpointBuilder::defaultIpTransports;
  }

  /**
   * One socket on the IPv4 loopback address: nobody but this host is reached. For tests and for
   * trying things out.
   *
   * @return the preset
   */
  public static Preset loopback() {
    return builder ->
        builder
            .clearIpTransports()
            .bindAddr(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}
