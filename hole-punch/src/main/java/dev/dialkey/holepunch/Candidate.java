package dev.dialkey.holepunch;

import dev.dialkey.addressing.SocketAddrs;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * An address at which a peer may be reachable; it becomes a path only by validation. Immutable.
 *
 * <p>An IPv4-mapped IPv6 address is turned into the IPv4 address it stands for, so that one host is
 * one candidate.
 *
 * @param address resolved, with a port, and naming exactly one host; without host name
 */
public record Candidate(InetSocketAddress address) {
  private static final int MAPPED_PREFIX_BYTES = 12;
  private static final int UNIQUE_LOCAL_MASK = 0xfe;
  private static final int UNIQUE_LOCAL = 0xfc;
  private static final int BROADCAST_OCTET = 0xff;
  private static final int SHARED_FIRST_OCTET = 100;
  private static final int SHARED_MASK = 0xc0;
  private static final int SHARED_SECOND_OCTET = 64;

  /**
   * Checks the address and brings it into its one form.
   *
   * @throws IllegalArgumentException if the address is unresolved or cannot be one host's; {@link
   *     #objection} tells beforehand
   */
  public Candidate {
    address = canonical(address);
    Optional<Exclusion> objection = objectionTo(address);
    if (objection.isPresent()) {
      throw new IllegalArgumentException(
          SocketAddrs.format(address) + " is no candidate: " + objection.get());
    }
  }

  /**
   * Why an address cannot be a candidate, whoever dials.
   *
   * @param address a resolved address
   * @return the reason, or empty if {@code new Candidate(address)} succeeds
   * @throws IllegalArgumentException if the address is unresolved
   */
  public static Optional<Exclusion> objection(InetSocketAddress address) {
    return objectionTo(canonical(address));
  }

  /**
   * The family that a socket must have to reach this candidate.
   *
   * @return the family
   */
  public AddressFamily family() {
    return address.getAddress() instanceof Inet4Address ? AddressFamily.IPV4 : AddressFamily.IPV6;
  }

  /**
   * Whether the address has a meaning only near its host: loopback, link-local, private (RFC 1918),
   * shared behind a carrier's NAT (RFC 6598) or unique local (RFC 4193).
   *
   * @return false for addresses of the public Internet
   */
  public boolean isLocal() {
    InetAddress ip = address.getAddress();
    byte[] bytes = ip.getAddress();
    boolean uniqueLocal =
        ip instanceof Inet6Address && (bytes[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
    boolean shared =
        ip instanceof Inet4Address
            && bytes[0] == SHARED_FIRST_OCTET
            && (bytes[1] & SHARED_MASK) == SHARED_SECOND_OCTET;
    return uniqueLocal
        || shared
        || ip.isLoopbackAddress()
        || ip.isLinkLocalAddress()
        || ip.isSiteLocalAddress();
  }

  // InetSocketAddress ignores the scope of an IPv6 address: fe80::1 on two links would be one.

  @Override
  public boolean equals(Object other) {
    return other instanceof Candidate candidate
        && SocketAddrs.ORDER.compare(address, candidate.address) == 0;
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  /** The address as {@link SocketAddrs#format} writes it. */
  @Override
  public String toString() {
    return SocketAddrs.format(address);
  }

  /** No host name, and IPv4 instead of IPv4-mapped IPv6. */
  static InetSocketAddress canonical(InetSocketAddress address) {
    InetSocketAddress bare = SocketAddrs.withoutName(address);
    byte[] bytes = bare.getAddress().getAddress();
    if (!(bare.getAddress() instanceof Inet6Address) || !isMapped(bytes)) {
      return bare;
    }
    byte[] ipv4 = Arrays.copyOfRange(bytes, MAPPED_PREFIX_BYTES, bytes.length);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ipv4), bare.getPort());
    } catch (UnknownHostException e) {
      throw new AssertionError("4 bytes are an IPv4 address", e);
    }
  }

  private static Optional<Exclusion> objectionTo(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (address.getPort() == 0) {
      return Optional.of(Exclusion.PORT_ZERO);
    }
    if (ip.isAnyLocalAddress()) {
      return Optional.of(Exclusion.UNSPECIFIED);
    }
    if (ip.isMulticastAddress()) {
      return Optional.of(Exclusion.MULTICAST);
    }
    if (isBroadcast(ip)) {
      return Optional.of(Exclusion.BROADCAST);
    }
    if (ip instanceof Inet6Address ip6 && ip6.isLinkLocalAddress() && ip6.getScopeId() == 0) {
      return Optional.of(Exclusion.NO_SCOPE);
    }
    return Optional.empty();
  }

  /** ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
  private static boolean isMapped(byte[] bytes) {
    for (int i = 0; i < MAPPED_PREFIX_BYTES; i++) {
      if (bytes[i] != (i < 10 ? 0 : (byte) 0xff)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBroadcast(InetAddress ip) {
    if (!(ip instanceof Inet4Address)) {
      return false;
    }
    for (byte octet : ip.getAddress()) {
      if ((octet & 0xff) != BROADCAST_OCTET) {
        return false;
      }
    }
    return true;
  }
}
