package dev.dialkey.testkit;

import dev.dialkey.BindOptions;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.internal.endpoint.MachinePreset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A host in a simulated network, with one or more addresses, possibly behind an address translation
 * that gives each of its sockets an address of the outside. Made by {@link Simulation#host}.
 */
public final class SimulatedHost {
  private static final int FIRST_PORT = 40_000;
  private static final int FIRST_OUTSIDE_PORT = 50_000;

  /** Addresses beside the first one serve their own network. */
  private static final int NETWORK_BITS = 24;

  private final Simulation simulation;
  private final String name;
  private final List<InetAddress> addresses;
  private final SimulatedMachine machine;

  /** Outside addresses by those inside. */
  private final Map<InetSocketAddress, InetSocketAddress> mappings = new LinkedHashMap<>();

  private @Nullable InetAddress outside;
  private long mostSentAtOnce;
  private int nextPort = FIRST_PORT;
  private int nextOutsidePort = FIRST_OUTSIDE_PORT;

  SimulatedHost(Simulation simulation, String name, List<InetAddress> addresses) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("a host has at least one address");
    }
    this.simulation = simulation;
    this.name = name;
    this.addresses = List.copyOf(addresses);
    this.machine = new SimulatedMachine(simulation, this);
  }

  /**
   * Its first address.
   *
   * @return the address
   */
  public InetAddress address() {
    return addresses.getFirst();
  }

  /**
   * All of its addresses.
   *
   * @return the addresses
   */
  public List<InetAddress> addresses() {
    return addresses;
  }

  /**
   * A builder of an endpoint on this host, with a socket on each of its addresses and a key drawn
   * from the seed. To be bound by a script.
   *
   * @return the builder
   */
  public EndpointBuilder builder() {
    EndpointBuilder builder =
        Endpoint.builder(Presets.empty())
            .preset(new MachinePreset(machine))
            .secretKey(key())
            .name(name);
    BindOptions options = BindOptions.defaults();
    for (InetAddress address : addresses) {
      builder.bindAddr(new InetSocketAddress(address, 0), options);
      options = new BindOptions(NETWORK_BITS, true, false);
    }
    return builder;
  }

  /**
   * Puts an address translation in front of it. Its sockets are seen from there, and whoever sends
   * to what is seen reaches them, until {@link #rebind}.
   *
   * @param address the translation's own address
   * @return this
   */
  public SimulatedHost behind(String address) {
    InetAddress own = InetAddress.ofLiteral(address);
    simulation.network().claim(own, this);
    outside = own;
    return this;
  }

  /**
   * Has the translation forget: what its sockets send from now on is seen from other ports, and
   * nothing that is sent to the old ones arrives.
   */
  public void rebind() {
    simulation.note("the translation in front of " + name + " forgets");
    mappings.clear();
  }

  /**
   * The most that one of its sockets sent between two looks at what had come in.
   *
   * @return bytes of UDP payload
   */
  public long mostSentAtOnce() {
    return mostSentAtOnce;
  }

  @Override
  public String toString() {
    return name;
  }

  private SecretKey key() {
    byte[] seed = new byte[SecretKey.BYTES];
    simulation.random().nextBytes(seed);
    return SecretKey.fromBytes(seed);
  }

  // ---- for the network ----

  SimulatedSocket open(InetSocketAddress address) throws IOException {
    if (!addresses.contains(address.getAddress())) {
      throw new IOException(name + " has no address " + address);
    }
    int port = address.getPort() == 0 ? nextPort++ : address.getPort();
    return simulation.network().open(this, new InetSocketAddress(address.getAddress(), port));
  }

  void sentAtOnce(long bytes) {
    mostSentAtOnce = Math.max(mostSentAtOnce, bytes);
  }

  /** From where a socket is seen. */
  InetSocketAddress outside(InetSocketAddress inside) {
    InetAddress translated = outside;
    return translated == null
        ? inside
        : mappings.computeIfAbsent(
            inside, key -> new InetSocketAddress(translated, nextOutsidePort++));
  }

  /** The socket that is reached at an address of this host or of its translation. */
  @Nullable InetSocketAddress inside(InetSocketAddress seen) {
    if (outside == null) {
      return seen;
    }
    Optional<InetSocketAddress> inside =
        mappings.entrySet().stream()
            .filter(mapping -> mapping.getValue().equals(seen))
            .map(Map.Entry::getKey)
            .findFirst();
    return inside.orElse(null);
  }

  void forget(InetSocketAddress inside) {
    mappings.remove(inside);
  }
}
