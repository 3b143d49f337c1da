package dev.dialkey.internal.reflexive;

import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.holepunch.AddressFamily;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A server that tells its clients where it sees them.
 *
 * @param relay whose host it is
 * @param port where it listens, UDP
 */
public record DiscoveryServer(RelayUrl relay, int port) {

  /** The host to look up; a dot at its end keeps the search domains of the machine out. */
  private String host() {
    return relay.host().orElseThrow();
  }

  /** The host as certificates name it: without a dot at its end, and without brackets. */
  public String certificateHost() {
    String host = host();
    if (host.startsWith("[")) {
      return host.substring(1, host.length() - 1);
    }
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /**
   * Looks the server up; may take as long as the system's resolver does.
   *
   * @throws UnknownHostException when it has no address of the family
   */
  InetSocketAddress resolve(AddressFamily family) throws UnknownHostException {
    for (InetAddress address : InetAddress.getAllByName(host())) {
      if (address instanceof Inet4Address == (family == AddressFamily.IPV4)) {
        return new InetSocketAddress(address, port);
      }
    }
    throw new UnknownHostException("no " + family + " address of " + host());
  }
}
