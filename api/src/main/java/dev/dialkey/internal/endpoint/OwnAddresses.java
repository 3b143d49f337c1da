package dev.dialkey.internal.endpoint;

import dev.dialkey.Watch;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.EndpointId;
import dev.dialkey.addressing.TransportAddr;
import dev.dialkey.holepunch.AddressFamily;
import dev.dialkey.internal.loop.ConnectionTable;
import dev.dialkey.internal.reflexive.DiscoveryServer;
import dev.dialkey.internal.reflexive.Reflexive;
import dev.dialkey.internal.reflexive.ReflexiveService;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The addresses under which others may reach an endpoint: those that servers see, then those of the
 * host. Thread-safe.
 */
final class OwnAddresses {
  private final EndpointSettings settings;
  private final EndpointResources resources;
  private final DiscoveryDialer dialer;
  private final ReflexiveService service;
  private final AddressWatch watch;

  /** Asks no server before {@link #start}. */
  OwnAddresses(
      EndpointSettings settings,
      EndpointResources resources,
      ConnectionTable table,
      OpenGate gate) {
    this.settings = settings;
    this.resources = resources;
    this.dialer = new DiscoveryDialer(settings, resources, table, gate);
    List<DiscoveryServer> servers =
        settings.discovery().relays().stream()
            .map(relay -> new DiscoveryServer(relay.url(), relay.port()))
            .toList();
    this.watch = new AddressWatch(this::addr, settings.executor(), settings.machine());
    this.service =
        new ReflexiveService(
            servers,
            families(),
            dialer,
            new ReflexiveService.Surroundings(
                settings.machine(), RandomGenerator.getDefault(), watch::poke));
  }

  private Set<AddressFamily> families() {
    Set<AddressFamily> families = EnumSet.noneOf(AddressFamily.class);
    for (InetSocketAddress bound : resources.boundSockets()) {
      families.add(isIpv4(bound) ? AddressFamily.IPV4 : AddressFamily.IPV6);
    }
    return families;
  }

  private boolean asksServers() {
    return !settings.discovery().relays().isEmpty();
  }

  void start() {
    if (asksServers()) {
      service.start();
    }
  }

  /** The id and the addresses now. */
  EndpointAddr addr() {
    EndpointId id = settings.secretKey().endpointId();
    return EndpointAddr.of(id, current().stream().map(TransportAddr.Ip::new).toList());
  }

  /** The same, for those who want to know of changes. */
  Watch<EndpointAddr> watch() {
    return watch.watch();
  }

  /** The most useful ones first. */
  private List<InetSocketAddress> current() {
    Set<InetSocketAddress> all = new LinkedHashSet<>();
    Map<AddressFamily, Reflexive> seen = service.addresses();
    for (AddressFamily family : AddressFamily.values()) {
      Reflexive reflexive = seen.get(family);
      if (reflexive != null) {
        all.add(reflexive.address());
        if (family == AddressFamily.IPV4 && reflexive.variesByDestination().orElse(false)) {
          all.addAll(forwarded(reflexive.address()));
        }
      }
    }
    all.addAll(LocalAddresses.reachable(resources.boundSockets()));
    return List.copyOf(all);
  }

  /** Whoever fixed a port may have told the NAT to forward it, whatever servers see. */
  private List<InetSocketAddress> forwarded(InetSocketAddress seen) {
    List<InetSocketAddress> guesses = new ArrayList<>();
    for (EndpointSettings.Bind bind : settings.binds()) {
      if (isIpv4(bind.address()) && bind.address().getPort() != 0) {
        guesses.add(new InetSocketAddress(seen.getAddress(), bind.address().getPort()));
      }
    }
    return guesses;
  }

  /** The network may have changed. */
  void networkChanged() {
    watch.poke();
    if (asksServers()) {
      service.networkChanged();
    }
  }

  /** Asks no more and closes the connections; the loops still run. */
  void stop() {
    service.close();
    watch.close();
  }

  /** Frees what is left; no loop runs any more. */
  void free() {
    dialer.close();
  }

  private static boolean isIpv4(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }
}
