package dev.dialkey.addressing;

import java.net.InetSocketAddress;

/**
 * One way to reach an endpoint: through a relay, at an IP address, or by a custom transport. {@code
 * docs/spec/addressing.md} section 8.
 *
 * <p>Ordered as peers write them: relays, then IP addresses, then custom addresses; inside a kind
 * by {@link RelayUrl}, {@link SocketAddrs#ORDER} and {@link CustomAddr}. Immutable.
 */
public sealed interface TransportAddr extends Comparable<TransportAddr> {
  /**
   * Through a relay.
   *
   * @param url the relay to which the endpoint is connected
   */
  record Relay(RelayUrl url) implements TransportAddr {
    @Override
    public String toString() {
      return "relay:" + url;
    }
  }

  /**
   * At an IP address and UDP port.
   *
   * @param address a resolved address; kept without host name and interface object
   */
  record Ip(InetSocketAddress address) implements TransportAddr {
    /**
     * Checks and strips the address.
     *
     * @throws IllegalArgumentException if the address is unresolved
     */
    public Ip {
      address = SocketAddrs.withoutName(address);
    }

    // InetSocketAddress ignores the scope of an IPv6 address: link-local addresses of two
    // interfaces
    // would be one.

    @Override
    public boolean equals(Object other) {
      return other instanceof Ip ip && SocketAddrs.compare(address, ip.address) == 0;
    }

    @Override
    public int hashCode() {
      return 31 * address.hashCode() + SocketAddrs.scope(address);
    }

    @Override
    public String toString() {
      return "ip:" + SocketAddrs.format(address);
    }
  }

  /**
   * By a transport that the application adds.
   *
   * @param address the address in that transport
   */
  record Custom(CustomAddr address) implements TransportAddr {
    @Override
    public String toString() {
      return "custom:" + address;
    }
  }

  @Override
  default int compareTo(TransportAddr other) {
    return switch (this) {
      case Relay(RelayUrl url) when other instanceof Relay(RelayUrl otherUrl) ->
          url.compareTo(otherUrl);
      case Ip(InetSocketAddress address) when other instanceof Ip(InetSocketAddress otherAddress) ->
          SocketAddrs.compare(address, otherAddress);
      case Custom(CustomAddr address) when other instanceof Custom(CustomAddr otherAddress) ->
          address.compareTo(otherAddress);
      case Relay _, Ip _, Custom _ -> Integer.compare(AddrCodec.tag(this), AddrCodec.tag(other));
    };
  }
}
