package dev.dialkey.internal.reflexive;

import static dev.dialkey.holepunch.AddressFamily.IPV4;
import static dev.dialkey.holepunch.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.holepunch.AddressFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReflexiveCoreTest {
  private static final long MS = 1_000_000;
  private static final long S = 1_000 * MS;
  private static final long RTT = 15 * MS;
  private static final InetSocketAddress FIRST = address("203.0.113.7", 40_000);
  private static final InetSocketAddress SECOND = address("203.0.113.7", 40_001);
  private static final InetSocketAddress SIXTH = address("2001:db8::7", 40_000);

  private long now = 5 * S;
  private ReflexiveCore core = coreOf(1, EnumSet.of(IPV4));
  private Map<AddressFamily, Reflexive> known = Map.of();

  /** Open or under way, and not closed by the core. */
  private final Set<Probe> alive = new LinkedHashSet<>();

  private final List<Probe> pinged = new ArrayList<>();

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  private ReflexiveCore coreOf(int servers, Set<AddressFamily> families) {
    return new ReflexiveCore(servers, families, new Random(3), now);
  }

  private void start(int servers, Set<AddressFamily> families) {
    core = coreOf(servers, families);
    give(new Input.DeadlineReached());
  }

  private void give(Input input) {
    if (input instanceof Input.Failed failed) {
      alive.remove(failed.probe());
    }
    for (Effect effect : core.handle(input, now)) {
      switch (effect) {
        case Effect.Connect(Probe probe) -> assertThat(alive.add(probe)).isTrue();
        case Effect.Ping(Probe probe) -> pinged.add(probe);
        case Effect.Close(Probe probe) -> assertThat(alive.remove(probe)).as("open").isTrue();
        case Effect.Publish(Map<AddressFamily, Reflexive> addresses) -> known = addresses;
      }
    }
  }

  private void passTo(long atNanos) {
    while (core.nextDeadlineNanos() - atNanos <= 0) {
      now = Math.max(now, core.nextDeadlineNanos());
      give(new Input.DeadlineReached());
    }
    now = atNanos;
  }

  private void toNextRound() {
    passTo(core.nextDeadlineNanos());
  }

  private Probe probe(int server, AddressFamily family) {
    return alive.stream()
        .filter(probe -> probe.server() == server && probe.family() == family)
        .findFirst()
        .orElseThrow();
  }

  private void observe(Probe probe, InetSocketAddress address) {
    give(new Input.Observed(probe, address, RTT));
  }

  private Reflexive seen() {
    return Objects.requireNonNull(known.get(IPV4));
  }

  private InetSocketAddress ipv4() {
    return seen().address();
  }

  private Optional<Boolean> varies() {
    return seen().variesByDestination();
  }

  @Test
  void asksAtOnceAndPublishesTheFirstAnswer() {
    start(1, EnumSet.of(IPV4));
    assertThat(alive).hasSize(1);
    assertThat(known).isEmpty();

    observe(probe(0, IPV4), FIRST);
    assertThat(known).containsExactly(Map.entry(IPV4, new Reflexive(FIRST, Optional.empty())));
    assertThat(core.rttNanos(0, IPV4)).hasValue(RTT);
    assertThat(alive).hasSize(1);
  }

  @Test
  void asksEachFamilyAndKeepsOneConnectionOfEach() {
    start(3, EnumSet.of(IPV4, IPV6));
    assertThat(alive).hasSize(6);

    observe(probe(1, IPV4), FIRST);
    observe(probe(2, IPV6), SIXTH);
    observe(probe(0, IPV4), FIRST);
    observe(probe(2, IPV4), FIRST);
    passTo(now + 3 * S);
    assertThat(alive).hasSize(2);
    assertThat(probe(1, IPV4)).isNotNull();
    assertThat(probe(2, IPV6)).isNotNull();
    assertThat(known.keySet()).containsExactlyInAnyOrder(IPV4, IPV6);
  }

  @Test
  void asksFiveServersAtMost() {
    start(7, EnumSet.of(IPV4, IPV6));
    assertThat(alive).hasSize(2 * ReflexiveCore.MAX_SERVERS);
  }

  @Test
  void silentServersAreGivenUpAfterThreeSeconds() {
    start(2, EnumSet.of(IPV4));
    passTo(now + 3 * S - 1);
    assertThat(alive).hasSize(2);
    passTo(now + 1);
    assertThat(alive).isEmpty();
    assertThat(known).isEmpty();
  }

  @Test
  void roundsAreTwentyToTwentySixSecondsApart() {
    start(1, EnumSet.of(IPV4));
    Set<Long> intervals = new LinkedHashSet<>();
    for (int round = 0; round < 50; round++) {
      passTo(now + 3 * S); // Nobody answers.
      long start = now;
      toNextRound();
      assertThat(alive).hasSize(1);
      assertThat(now - start).isBetween(17 * S, 23 * S);
      intervals.add(now - start);
    }
    assertThat(intervals).hasSizeGreaterThan(40);
  }

  @Test
  void anEndpointWithoutSocketsAsksNobody() {
    start(2, EnumSet.noneOf(AddressFamily.class));
    toNextRound();
    assertThat(alive).isEmpty();
  }

  @Test
  void severalServersThatAgreeShowThatTheMappingDoesNotVary() {
    start(3, EnumSet.of(IPV4));
    observe(probe(0, IPV4), FIRST);
    assertThat(varies()).isEmpty();
    observe(probe(1, IPV4), FIRST);
    assertThat(varies()).contains(false);
    observe(probe(2, IPV4), SECOND);
    assertThat(varies()).contains(true);
    assertThat(ipv4()).isEqualTo(FIRST);
  }

  @Test
  void onceTheMappingVariesALaterAgreementChangesNothing() {
    start(3, EnumSet.of(IPV4));
    observe(probe(0, IPV4), FIRST);
    observe(probe(1, IPV4), SECOND);
    observe(probe(2, IPV4), FIRST);
    assertThat(varies()).contains(true);
  }

  @Test
  void aKeptConnectionIsPingedAndItsTimeMeasured() {
    start(1, EnumSet.of(IPV4));
    Probe kept = probe(0, IPV4);
    observe(kept, FIRST);
    toNextRound();
    assertThat(pinged).containsExactly(kept);

    now += 20 * MS;
    give(new Input.Alive(kept, 2 * RTT));
    assertThat(core.rttNanos(0, IPV4)).hasValue(2 * RTT);
    passTo(now + 10 * S);
    assertThat(alive).containsExactly(kept);
    assertThat(ipv4()).isEqualTo(FIRST);
  }

  @Test
  void anUnansweredPingHasAllServersAskedAgainAndThenClearsTheAddress() {
    start(2, EnumSet.of(IPV4));
    Probe kept = probe(0, IPV4);
    observe(kept, FIRST);
    passTo(now + 3 * S);
    toNextRound();
    long pingedAt = now;

    passTo(pingedAt + 3 * S);
    assertThat(alive).doesNotContain(kept).hasSize(2);
    assertThat(ipv4()).isEqualTo(FIRST); // Others may still confirm it.

    passTo(pingedAt + 6 * S);
    assertThat(alive).isEmpty();
    assertThat(known).isEmpty();
  }

  @Test
  void anotherServerTakesTheLostOnesPlace() {
    start(2, EnumSet.of(IPV4));
    observe(probe(0, IPV4), FIRST);
    observe(probe(1, IPV4), FIRST);
    give(new Input.Failed(probe(0, IPV4), "gone"));
    assertThat(alive).hasSize(2);

    give(new Input.Failed(probe(0, IPV4), "still gone"));
    observe(probe(1, IPV4), SECOND);
    assertThat(ipv4()).isEqualTo(SECOND);
    assertThat(alive).containsExactly(probe(1, IPV4));
  }

  @Test
  void aServerThatComesBackIsFoundInTheNextRound() {
    start(1, EnumSet.of(IPV4));
    observe(probe(0, IPV4), FIRST);
    give(new Input.Failed(probe(0, IPV4), "stopped"));
    passTo(now + 3 * S);
    assertThat(known).isEmpty();

    toNextRound();
    observe(probe(0, IPV4), SECOND);
    assertThat(ipv4()).isEqualTo(SECOND);
  }

  @Test
  void aServerThatHangsUpAtOnceIsAskedOnceMoreAndNotBeforeTheNextRound() {
    start(1, EnumSet.of(IPV4));
    long start = now;
    int asked = 1;
    while (!alive.isEmpty()) {
      Probe probe = probe(0, IPV4);
      observe(probe, FIRST);
      give(new Input.Failed(probe, "hangs up"));
      asked += alive.size();
    }
    assertThat(asked).isEqualTo(2);
    assertThat(known).isEmpty();
    assertThat(core.nextDeadlineNanos() - start).isGreaterThanOrEqualTo(20 * S);
  }

  @Test
  void aChangeOfTheNetworkHasAllServersAskedWhileTheAddressStays() {
    start(2, EnumSet.of(IPV4));
    observe(probe(0, IPV4), FIRST);
    Set<Probe> before = Set.copyOf(alive);
    now += S;

    give(new Input.NetworkChanged());
    assertThat(alive).hasSize(2).doesNotContainAnyElementsOf(before);
    assertThat(ipv4()).isEqualTo(FIRST);
    observe(probe(1, IPV4), SECOND);
    assertThat(ipv4()).isEqualTo(SECOND);
  }

  @Test
  void everyFiveMinutesAllServersAreAsked() {
    start(2, EnumSet.of(IPV4));
    long start = now;
    observe(probe(0, IPV4), FIRST);
    observe(probe(1, IPV4), FIRST);
    Probe kept = probe(0, IPV4);
    while (alive.contains(kept)) {
      toNextRound();
      give(new Input.Alive(kept, RTT));
    }
    assertThat(now - start).isBetween(300 * S, 326 * S);
    assertThat(alive).hasSize(2);
    assertThat(varies()).contains(false); // As found before, until two have told.
    observe(probe(0, IPV4), FIRST);
    assertThat(varies()).contains(false);
    observe(probe(1, IPV4), SECOND);
    assertThat(varies()).contains(true);
  }

  @Test
  void theKeptConnectionTellsOfANewMapping() {
    start(1, EnumSet.of(IPV4));
    Probe kept = probe(0, IPV4);
    observe(kept, FIRST);
    observe(kept, SECOND);
    assertThat(ipv4()).isEqualTo(SECOND);
  }

  @Test
  void lateAndAlienReportsAreIgnored() {
    start(2, EnumSet.of(IPV4));
    Probe slow = probe(1, IPV4);
    observe(probe(0, IPV4), FIRST);
    passTo(now + 3 * S);
    observe(slow, SECOND);
    give(new Input.Alive(slow, RTT));
    give(new Input.Failed(slow, "late"));
    assertThat(ipv4()).isEqualTo(FIRST);
    assertThat(alive).hasSize(1);
  }

  @Test
  void addressesThatCannotBeOursAreNotPublished() {
    for (InetSocketAddress odd :
        List.of(SIXTH, address("203.0.113.7", 0), address("224.0.0.1", 1), address("0.0.0.0", 1))) {
      alive.clear();
      start(1, EnumSet.of(IPV4));
      observe(probe(0, IPV4), odd);
      assertThat(known).isEmpty();
      assertThat(alive).isEmpty();
    }
  }

  /** Whatever is told in whatever order: few probes at a time, and none is closed twice. */
  @Test
  void anyCourseOfEventsKeepsTheBounds() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      alive.clear();
      known = Map.of();
      start(1 + random.nextInt(6), EnumSet.of(IPV4, IPV6));
      List<Probe> ever = new ArrayList<>(alive);
      for (int step = 0; step < 200; step++) {
        Probe probe = ever.get(random.nextInt(ever.size()));
        switch (random.nextInt(6)) {
          case 0 -> passTo(now + random.nextLong(30 * S));
          case 1 -> observe(probe, probe.family() == IPV4 ? FIRST : SIXTH);
          case 2 -> observe(probe, random.nextBoolean() ? SECOND : SIXTH);
          case 3 -> give(new Input.Alive(probe, RTT));
          case 4 -> give(new Input.Failed(probe, "chance"));
          default -> give(new Input.NetworkChanged());
        }
        alive.stream().filter(fresh -> !ever.contains(fresh)).forEach(ever::add);
        assertThat(alive).hasSizeLessThanOrEqualTo(2 * (ReflexiveCore.MAX_SERVERS + 1));
        assertThat(core.nextDeadlineNanos() - now).isLessThanOrEqualTo(26 * S);
      }
    }
  }
}
