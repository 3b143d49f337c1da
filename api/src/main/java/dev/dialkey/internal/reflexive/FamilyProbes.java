package dev.dialkey.internal.reflexive;

import dev.dialkey.holepunch.AddressFamily;
import dev.dialkey.holepunch.Candidate;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The probes of one address family, and what they have told. Part of {@link ReflexiveCore}. */
final class FamilyProbes {
  private final AddressFamily family;
  private final int servers;
  private final ProbeNumbers numbers;

  /** Attempts under way, with the time until which each may take. */
  private final Map<Probe, Long> running = new LinkedHashMap<>();

  /** By server, as measured last. */
  private final Map<Integer, Long> rttNanos = new HashMap<>();

  /**
   * The connection that stays open: the mapping stays too, and the server tells when it changes.
   */
  private @Nullable Probe kept;

  private boolean pinged;
  private long pingDeadlineNanos;

  /** Whether servers were asked between two rounds because the kept connection was lost. */
  private boolean askedAgain;

  private @Nullable InetSocketAddress address;

  /** The first address that was told since all servers were asked last. */
  private @Nullable InetSocketAddress first;

  /** Whether others were told since then, and that they differ. */
  private Optional<Boolean> differs = Optional.empty();

  /** The same, or as it was found before, while a single server has told. */
  private Optional<Boolean> varies = Optional.empty();

  FamilyProbes(AddressFamily family, int servers, ProbeNumbers numbers) {
    this.family = family;
    this.servers = servers;
    this.numbers = numbers;
  }

  void startRound(boolean full, long nowNanos, List<Effect> effects) {
    askedAgain = false;
    Probe open = kept;
    if (open != null && !full) {
      pinged = true;
      pingDeadlineNanos = nowNanos + ReflexiveCore.PROBE_LIMIT_NANOS;
      effects.add(new Effect.Ping(open));
      return;
    }
    if (open != null) {
      drop(open, effects);
    }
    running.keySet().forEach(probe -> effects.add(new Effect.Close(probe)));
    running.clear();
    askAll(nowNanos, effects);
  }

  private void askAll(long nowNanos, List<Effect> effects) {
    first = null;
    differs = Optional.empty();
    for (int server = 0; server < servers; server++) {
      var probe = new Probe(numbers.next(), server, family);
      running.put(probe, nowNanos + ReflexiveCore.PROBE_LIMIT_NANOS);
      effects.add(new Effect.Connect(probe));
    }
  }

  void observed(Input.Observed told, List<Effect> effects) {
    Probe probe = told.probe();
    boolean awaited = running.remove(probe) != null;
    if (!awaited && !probe.equals(kept)) {
      return; // It was given up meanwhile.
    }
    if (!isUsable(told.address())) {
      if (awaited) {
        effects.add(new Effect.Close(probe));
        clearIfUnknown();
      }
      return;
    }
    rttNanos.put(probe.server(), told.rttNanos());
    if (awaited) {
      compare(told.address());
    }
    if (kept == null) {
      kept = probe;
      address = told.address();
    } else if (probe.equals(kept)) {
      address = told.address();
    } else {
      effects.add(new Effect.Close(probe));
    }
  }

  private void compare(InetSocketAddress told) {
    InetSocketAddress known = first;
    if (known == null) {
      first = told;
      return;
    }
    differs = Optional.of(differs.orElse(false) || !known.equals(told));
    varies = differs;
  }

  void alive(Probe probe, long measuredNanos) {
    if (probe.equals(kept)) {
      pinged = false;
      rttNanos.put(probe.server(), measuredNanos);
    }
  }

  void failed(Probe probe, long nowNanos, List<Effect> effects) {
    if (running.remove(probe) != null) {
      rttNanos.remove(probe.server());
      clearIfUnknown();
    } else if (probe.equals(kept)) {
      kept = null;
      pinged = false;
      lost(nowNanos, effects);
    }
  }

  /** Gives up what has taken too long. */
  void expire(long nowNanos, List<Effect> effects) {
    running
        .entrySet()
        .removeIf(entry -> {
          boolean late = entry.getValue() - nowNanos <= 0;
          if (late) {
            rttNanos.remove(entry.getKey().server());
            effects.add(new Effect.Close(entry.getKey()));
          }
          return late;
        });
    Probe open = kept;
    if (open != null && pinged && pingDeadlineNanos - nowNanos <= 0) {
      drop(open, effects);
      lost(nowNanos, effects);
    }
    clearIfUnknown();
  }

  /** The kept connection is lost: others may know better, or its server is back already. */
  private void lost(long nowNanos, List<Effect> effects) {
    if (running.isEmpty() && !askedAgain) {
      askedAgain = true; // Once, or a server that hangs up at once would keep us busy.
      askAll(nowNanos, effects);
    }
    clearIfUnknown();
  }

  private void drop(Probe open, List<Effect> effects) {
    effects.add(new Effect.Close(open));
    kept = null;
    pinged = false;
  }

  /** An address that no server confirms any more is worth nothing. */
  private void clearIfUnknown() {
    if (kept == null && running.isEmpty()) {
      address = null;
      varies = Optional.empty();
    }
  }

  long earlierDeadline(long otherNanos) {
    long next = otherNanos;
    for (long deadline : running.values()) {
      next = deadline - next < 0 ? deadline : next;
    }
    return pinged && pingDeadlineNanos - next < 0 ? pingDeadlineNanos : next;
  }

  Optional<Reflexive> reflexive() {
    return Optional.ofNullable(address).map(known -> new Reflexive(known, varies));
  }

  OptionalLong rttNanos(int server) {
    Long known = rttNanos.get(server);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }

  private boolean isUsable(InetSocketAddress told) {
    boolean ipv4 = told.getAddress() instanceof Inet4Address;
    return ipv4 == (family == AddressFamily.IPV4) && Candidate.objection(told).isEmpty();
  }
}
