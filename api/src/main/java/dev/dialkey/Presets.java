package dev.dialkey;

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
}
