package dev.dialkey.holepunch;

/** The two families of IP addresses; an endpoint has a socket for one or for both. */
public enum AddressFamily {
  /** IPv4. */
  IPV4,
  /** IPv6. */
  IPV6
}
