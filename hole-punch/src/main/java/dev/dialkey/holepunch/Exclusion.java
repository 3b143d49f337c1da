package dev.dialkey.holepunch;

/** Why an address of a peer is not dialled; {@link #toString()} is fit for an error message. */
public enum Exclusion {
  /** The address is a relay's or a custom transport's, and only IP addresses are dialled here. */
  NOT_AN_IP_ADDRESS("not an IP address"),
  /** Nothing listens on port 0. */
  PORT_ZERO("port is 0"),
  /** {@code 0.0.0.0} or {@code ::}: it names no host. */
  UNSPECIFIED("unspecified address"),
  /** A group of hosts. */
  MULTICAST("multicast address"),
  /** {@code 255.255.255.255}: all hosts of the link. */
  BROADCAST("broadcast address"),
  /** A link-local IPv6 address that does not say on which interface; the wire form loses that. */
  NO_SCOPE("link-local IPv6 address without scope"),
  /** No socket of this endpoint can send to this family. */
  FAMILY_NOT_BOUND("no socket for this address family"),
  /** One of this endpoint's own addresses: dialling it would reach ourselves. */
  OWN_ADDRESS("an address of this endpoint itself"),
  /** Another form of an address that is already a candidate. */
  DUPLICATE("another form of an address already listed"),
  /** There are more candidates than {@link CandidateSet#MAX_CANDIDATES}. */
  OVER_LIMIT("more than " + CandidateSet.MAX_CANDIDATES + " addresses");

  private final String description;

  Exclusion(String description) {
    this.description = description;
  }

  /** The reason in a few words. */
  @Override
  public String toString() {
    return description;
  }
}
