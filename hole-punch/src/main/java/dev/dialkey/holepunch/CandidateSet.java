package dev.dialkey.holepunch;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.addressing.TransportAddr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * The candidates to which the first flight of a dial is copied, in order, and for every other
 * address of the peer the reason why it is left out. {@code docs/spec/addressing.md} section 8.
 *
 * <p>A pure function of its inputs: equal inputs give equal sets. Immutable.
 */
public final class CandidateSet {
  /**
   * The most candidates of one dial. Each gets a copy of every datagram until one answers, so a
   * hostile ticket makes a dialler send to addresses of the ticket's choice: 32 copies of a first
   * datagram of 1,200 bytes are 38 kB. Honest peers have fewer addresses than that, and NAT
   * traversal takes as many from a peer.
   */
  public static final int MAX_CANDIDATES = 32;

  private final List<Candidate> candidates;
  private final List<Excluded> excluded;

  private CandidateSet(List<Candidate> candidates, List<Excluded> excluded) {
    this.candidates = List.copyOf(candidates);
    this.excluded = List.copyOf(excluded);
  }

  /**
   * Picks the candidates of a peer and their order.
   *
   * <p>The order takes turns between local IPv6, local IPv4, public IPv6 and public IPv4 addresses.
   * All copies leave within microseconds, so it decides little but this: when there are too many,
   * no kind of address can crowd out another.
   *
   * @param peer the peer's addresses
   * @param own this endpoint's socket addresses as far as known; a wildcard address stands for the
   *     loopback addresses of its family with its port
   * @param bound the families that a socket of this endpoint can send to
   * @return the candidates, possibly none
   * @throws IllegalArgumentException if an own address is unresolved
   */
  public static CandidateSet forDial(
      EndpointAddr peer, Collection<InetSocketAddress> own, Set<AddressFamily> bound) {
    List<InetSocketAddress> ownAddresses = own.stream().map(Candidate::canonical).toList();
    List<Excluded> excluded = new ArrayList<>();
    Map<Candidate, TransportAddr> usable = new LinkedHashMap<>();
    for (TransportAddr addr : peer.addrs()) {
      Optional<Exclusion> reason =
          switch (addr) {
            case TransportAddr.Ip(InetSocketAddress address) ->
                admit(addr, address, ownAddresses, bound, usable);
            case TransportAddr.Relay _, TransportAddr.Custom _ ->
                Optional.of(Exclusion.NOT_AN_IP_ADDRESS);
          };
      reason.ifPresent(why -> excluded.add(new Excluded(addr, why)));
    }
    List<Candidate> candidates = new ArrayList<>();
    for (Map.Entry<Candidate, TransportAddr> entry : takeTurns(usable)) {
      if (candidates.size() < MAX_CANDIDATES) {
        candidates.add(entry.getKey());
      } else {
        excluded.add(new Excluded(entry.getValue(), Exclusion.OVER_LIMIT));
      }
    }
    return new CandidateSet(candidates, excluded);
  }

  /**
   * The candidates in the order of sending.
   *
   * @return an unmodifiable list without duplicates, at most {@link #MAX_CANDIDATES} long
   */
  public List<Candidate> candidates() {
    return candidates;
  }

  /**
   * All addresses of the peer that are not dialled.
   *
   * @return an unmodifiable list, in the order of the peer's addresses but for those over the
   *     limit, which come last
   */
  public List<Excluded> excluded() {
    return excluded;
  }

  private static Optional<Exclusion> admit(
      TransportAddr addr,
      InetSocketAddress address,
      List<InetSocketAddress> own,
      Set<AddressFamily> bound,
      Map<Candidate, TransportAddr> usable) {
    Optional<Exclusion> objection = Candidate.objection(address);
    if (objection.isPresent()) {
      return objection;
    }
    var candidate = new Candidate(address);
    if (!bound.contains(candidate.family())) {
      return Optional.of(Exclusion.FAMILY_NOT_BOUND);
    }
    if (own.stream().anyMatch(mine -> reaches(candidate, mine))) {
      return Optional.of(Exclusion.OWN_ADDRESS);
    }
    return usable.putIfAbsent(candidate, addr) == null
        ? Optional.empty()
        : Optional.of(Exclusion.DUPLICATE);
  }

  /** Whether a datagram to this candidate would arrive at our own socket. */
  private static boolean reaches(Candidate candidate, InetSocketAddress own) {
    InetAddress ip = candidate.address().getAddress();
    boolean loopbackOfWildcard =
        own.getAddress().isAnyLocalAddress()
            && own.getAddress().getClass() == ip.getClass() // the same family
            && ip.isLoopbackAddress()
            && own.getPort() == candidate.address().getPort();
    return loopbackOfWildcard || SocketAddrs.ORDER.compare(candidate.address(), own) == 0;
  }

  private static List<Map.Entry<Candidate, TransportAddr>> takeTurns(
      Map<Candidate, TransportAddr> usable) {
    Map<Turn, Queue<Map.Entry<Candidate, TransportAddr>>> waiting = new LinkedHashMap<>();
    Turn.ORDER.forEach(turn -> waiting.put(turn, new ArrayDeque<>()));
    for (var entry : usable.entrySet()) {
      waiting.computeIfAbsent(Turn.of(entry.getKey()), _ -> new ArrayDeque<>()).add(entry);
    }
    List<Map.Entry<Candidate, TransportAddr>> ordered = new ArrayList<>(usable.size());
    while (ordered.size() < usable.size()) {
      for (var queue : waiting.values()) {
        if (!queue.isEmpty()) {
          ordered.add(queue.remove());
        }
      }
    }
    return ordered;
  }

  /**
   * An address that is not dialled.
   *
   * @param addr the address as the peer gave it
   * @param reason why not
   */
  public record Excluded(TransportAddr addr, Exclusion reason) {
    /** Address and reason, for an error message. */
    @Override
    public String toString() {
      return addr + " (" + reason + ")";
    }
  }

  /** A kind of address that gets its turn in the order. */
  private record Turn(boolean local, AddressFamily family) {
    /** Near before far, because near answers first; IPv6 before IPv4, as path choice prefers it. */
    private static final List<Turn> ORDER =
        List.of(
            new Turn(true, AddressFamily.IPV6),
            new Turn(true, AddressFamily.IPV4),
            new Turn(false, AddressFamily.IPV6),
            new Turn(false, AddressFamily.IPV4));

    static Turn of(Candidate candidate) {
      return new Turn(candidate.isLocal(), candidate.family());
    }
  }
}
