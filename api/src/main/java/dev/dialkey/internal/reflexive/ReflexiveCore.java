package dev.dialkey.internal.reflexive;

import dev.dialkey.holepunch.AddressFamily;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Decides when which server is asked where it sees us, and what the answers mean. Without I/O,
 * clock or threads: equal inputs, times and random numbers give equal effects. Not thread-safe.
 *
 * <p>Every 20 to 26 seconds there is a round. The first one, one after a change of the network, and
 * one every five minutes ask all servers; the others look only after the one connection per family
 * that is kept, and ask all servers where there is none.
 */
final class ReflexiveCore {
  /** Servers asked in one family: more would tell nothing new. */
  static final int MAX_SERVERS = 5;

  /** The looking up of the server's name included. */
  static final long PROBE_LIMIT_NANOS = 3_000_000_000L;

  static final long MIN_INTERVAL_NANOS = 20_000_000_000L;
  static final long MAX_INTERVAL_NANOS = 26_000_000_000L;

  /** Whether the mapping varies by destination may have changed after this time. */
  static final long FULL_INTERVAL_NANOS = 300_000_000_000L;

  private final RandomGenerator random;
  private final Map<AddressFamily, FamilyProbes> families = new EnumMap<>(AddressFamily.class);
  private Map<AddressFamily, Reflexive> published = Map.of();
  private long nextRoundNanos;
  private long lastFullNanos;

  /**
   * A core whose first round is due at once.
   *
   * @param serverCount how many servers there are
   * @param boundFamilies those that the endpoint has sockets for
   */
  ReflexiveCore(
      int serverCount, Set<AddressFamily> boundFamilies, RandomGenerator random, long nowNanos) {
    this.random = random;
    int asked = Math.min(serverCount, MAX_SERVERS);
    ProbeNumbers numbers = new ProbeNumbers();
    for (AddressFamily family : boundFamilies) {
      families.put(family, new FamilyProbes(family, asked, numbers));
    }
    nextRoundNanos = nowNanos;
    lastFullNanos = nowNanos - FULL_INTERVAL_NANOS;
  }

  List<Effect> handle(Input input, long nowNanos) {
    List<Effect> effects = new ArrayList<>();
    switch (input) {
      case Input.DeadlineReached() -> families.values().forEach(it -> it.expire(nowNanos, effects));
      case Input.NetworkChanged() -> {
        lastFullNanos = nowNanos - FULL_INTERVAL_NANOS;
        nextRoundNanos = nowNanos;
      }
      case Input.Observed observed -> of(observed.probe()).observed(observed, effects);
      case Input.Alive alive -> of(alive.probe()).alive(alive.probe(), alive.rttNanos());
      case Input.Failed failed -> of(failed.probe()).failed(failed.probe(), nowNanos, effects);
    }
    if (nextRoundNanos - nowNanos <= 0) {
      startRound(nowNanos, effects);
    }
    publish(effects);
    return effects;
  }

  /** When {@link Input.DeadlineReached} is due. */
  long nextDeadlineNanos() {
    long next = nextRoundNanos;
    for (FamilyProbes family : families.values()) {
      next = family.earlierDeadline(next);
    }
    return next;
  }

  /** The round-trip time to a server, as measured last. */
  OptionalLong rttNanos(int server, AddressFamily family) {
    FamilyProbes probes = families.get(family);
    return probes == null ? OptionalLong.empty() : probes.rttNanos(server);
  }

  private void startRound(long nowNanos, List<Effect> effects) {
    boolean full = nowNanos - lastFullNanos >= FULL_INTERVAL_NANOS;
    if (full) {
      lastFullNanos = nowNanos;
    }
    for (FamilyProbes family : families.values()) {
      family.startRound(full, nowNanos, effects);
    }
    nextRoundNanos = nowNanos + random.nextLong(MIN_INTERVAL_NANOS, MAX_INTERVAL_NANOS + 1);
  }

  private FamilyProbes of(Probe probe) {
    FamilyProbes found = families.get(probe.family());
    if (found == null) {
      throw new IllegalStateException("never asked for " + probe);
    }
    return found;
  }

  private void publish(List<Effect> effects) {
    Map<AddressFamily, Reflexive> now = new EnumMap<>(AddressFamily.class);
    families.forEach((family, probes) -> probes.reflexive().ifPresent(it -> now.put(family, it)));
    if (!now.equals(published)) {
      published = Map.copyOf(now);
      effects.add(new Effect.Publish(published));
    }
  }
}
