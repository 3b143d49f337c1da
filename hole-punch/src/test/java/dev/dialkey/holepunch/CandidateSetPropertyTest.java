package dev.dialkey.holepunch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.RelayUrl;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.addressing.TransportAddr;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class CandidateSetPropertyTest {
  private static final EndpointId ID =
      EndpointId.parse("ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6");

  /** Few hosts and ports, so that own addresses, duplicates and odd addresses meet often. */
  private static final List<String> HOSTS =
      List.of(
          "0.0.0.0",
          "127.0.0.1",
          "10.0.0.1",
          "192.0.2.1",
          "224.0.0.1",
          "255.255.255.255",
          "[::]",
          "[::1]",
          "[::ffff:10.0.0.1]",
          "[fe80::1]",
          "[fe80::1%2]",
          "[fd00::1]",
          "[2001:db8::1]",
          "[ff02::1]");

  @Test
  void everyAddressIsEitherDialledOrExcludedAndTheListIsBoundedAndUsable() {
    qt().withExamples(500)
        .forAll(sockets(80), sockets(4), families())
        .checkAssert(CandidateSetPropertyTest::check);
  }

  private static void check(
      List<InetSocketAddress> theirs, List<InetSocketAddress> own, Set<AddressFamily> bound) {
    EndpointAddr peer =
        EndpointAddr.of(ID, theirs.stream().map(TransportAddr.Ip::new).toList())
            .withRelay(RelayUrl.of("https://relay.example./"));

    var set = CandidateSet.forDial(peer, own, bound);

    assertThat(set.candidates())
        .doesNotHaveDuplicates()
        .hasSizeLessThanOrEqualTo(CandidateSet.MAX_CANDIDATES)
        .allMatch(candidate -> bound.contains(candidate.family()))
        .allMatch(candidate -> Candidate.objection(candidate.address()).isEmpty());
    assertThat(set.candidates().stream().map(Candidate::address))
        .noneMatch(address -> own.stream().anyMatch(mine -> same(address, mine)));
    Set<TransportAddr> accounted = new TreeSet<>();
    set.excluded().forEach(excluded -> accounted.add(excluded.addr()));
    assertThat(accounted).hasSameSizeAs(set.excluded());
    assertThat(accounted.size() + set.candidates().size()).isEqualTo(peer.addrs().size());
    assertThat(CandidateSet.forDial(shuffled(peer), own, bound).candidates())
        .isEqualTo(set.candidates());
  }

  private static boolean same(InetSocketAddress a, InetSocketAddress b) {
    return SocketAddrs.ORDER.compare(a, Candidate.canonical(b)) == 0;
  }

  private static EndpointAddr shuffled(EndpointAddr peer) {
    List<TransportAddr> addrs = new ArrayList<>(peer.addrs());
    Collections.reverse(addrs);
    return EndpointAddr.of(peer.id(), addrs);
  }

  private static Gen<List<InetSocketAddress>> sockets(int max) {
    Gen<InetSocketAddress> socket =
        integers()
            .between(0, HOSTS.size() - 1)
            .zip(
                integers().between(0, 5),
                (host, port) -> SocketAddrs.parse(HOSTS.get(host) + ":" + port));
    return lists().of(socket).ofSizeBetween(0, max);
  }

  private static Gen<Set<AddressFamily>> families() {
    return integers()
        .between(0, 3)
        .map(bits -> {
          Set<AddressFamily> bound = EnumSet.noneOf(AddressFamily.class);
          if ((bits & 1) != 0) {
            bound.add(AddressFamily.IPV4);
          }
          if ((bits & 2) != 0) {
            bound.add(AddressFamily.IPV6);
          }
          return bound;
        });
  }
}
