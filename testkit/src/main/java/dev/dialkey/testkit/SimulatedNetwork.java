package dev.dialkey.testkit;

import dev.dialkey.bindings.NativeAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What connects the hosts of a simulation: a link for each direction between any two of their
 * addresses, and address translation in front of hosts that want it. Made by {@link Simulation}.
 */
public final class SimulatedNetwork {
  private record Direction(InetAddress from, InetAddress to) {}

  private final Simulation simulation;
  private final Timetable timetable;
  private final SimulationLog log;
  private final SplittableRandom random;
  private final Map<Direction, SimulatedLink> links = new LinkedHashMap<>();
  private final Map<InetAddress, SimulatedHost> hosts = new LinkedHashMap<>();
  private final Map<InetSocketAddress, SimulatedSocket> sockets = new LinkedHashMap<>();
  private LinkFaults faults = LinkFaults.none(Duration.ofMillis(10));

  SimulatedNetwork(
      Simulation simulation, Timetable timetable, SimulationLog log, SplittableRandom random) {
    this.simulation = simulation;
    this.timetable = timetable;
    this.log = log;
    this.random = random;
  }

  /**
   * Sets what all links do to datagrams that have no faults of their own; at first they take 10 ms
   * and lose nothing.
   *
   * @param all the faults
   */
  public void faults(LinkFaults all) {
    faults = all;
  }

  LinkFaults faults() {
    return faults;
  }

  /**
   * One direction between two addresses of hosts.
   *
   * @param from an address of the sending host, its own one if it is behind a translation
   * @param to an address of the receiving host
   * @return the link
   */
  public SimulatedLink link(InetAddress from, InetAddress to) {
    return links.computeIfAbsent(new Direction(from, to), key -> new SimulatedLink(this));
  }

  /**
   * Cuts both directions between two addresses.
   *
   * @param one the one
   * @param other the other
   */
  public void cut(InetAddress one, InetAddress other) {
    link(one, other).cut();
    link(other, one).cut();
  }

  /**
   * Mends both directions between two addresses.
   *
   * @param one the one
   * @param other the other
   */
  public void mend(InetAddress one, InetAddress other) {
    link(one, other).mend();
    link(other, one).mend();
  }

  /**
   * Ends all faults, those of single links and cuts included.
   *
   * @param delay how long every link takes from now on
   */
  public void heal(Duration delay) {
    faults = LinkFaults.none(delay);
    links.values().forEach(SimulatedLink::heal);
    simulation.note("the network heals");
  }

  // ---- for hosts and sockets ----

  SimulatedHost add(SimulatedHost host) {
    for (InetAddress address : host.addresses()) {
      claim(address, host);
    }
    return host;
  }

  void claim(InetAddress address, SimulatedHost host) {
    if (hosts.putIfAbsent(address, host) != null) {
      throw new IllegalArgumentException("two hosts at " + address.getHostAddress());
    }
  }

  SimulatedSocket open(SimulatedHost host, InetSocketAddress address) throws IOException {
    var socket = new SimulatedSocket(this, host, address);
    if (sockets.putIfAbsent(address, socket) != null) {
      throw new IOException("address in use: " + address);
    }
    return socket;
  }

  void close(SimulatedSocket socket) {
    sockets.remove(socket.address(), socket);
    socket.host().forget(socket.address());
  }

  void send(SimulatedSocket from, InetSocketAddress to, byte[] datagram) {
    InetSocketAddress seen = from.host().outside(from.address());
    SimulatedSocket receiver = receiver(to);
    if (receiver == null) {
      tell(seen, to, datagram, "goes nowhere");
      return;
    }
    SimulatedLink link = link(from.address().getAddress(), receiver.address().getAddress());
    if (link.isCut()) {
      tell(seen, to, datagram, "cut off");
    } else if (isHit(link.faults().loss())) {
      tell(seen, to, datagram, "lost");
    } else {
      tell(seen, to, datagram, "sent");
      deliver(link, seen, to, datagram);
      if (isHit(link.faults().duplication())) {
        tell(seen, to, datagram, "doubled");
        deliver(link, seen, to, datagram);
      }
    }
  }

  private void deliver(
      SimulatedLink link, InetSocketAddress from, InetSocketAddress to, byte[] datagram) {
    NativeAddress sender = NativeAddress.of(from);
    timetable.plan(
        link.arrivalNanos(simulation.nowNanos(), random),
        () -> {
          SimulatedSocket receiver = receiver(to); // Gone, or moved, maybe.
          boolean arrives = receiver != null && !link.isCut() && receiver.arrive(datagram, sender);
          tell(from, to, datagram, arrives ? "arrives" : "does not arrive");
        });
  }

  private @Nullable SimulatedSocket receiver(InetSocketAddress to) {
    SimulatedHost host = hosts.get(to.getAddress());
    InetSocketAddress inside = host == null ? null : host.inside(to);
    return inside == null ? null : sockets.get(inside);
  }

  private boolean isHit(double share) {
    return share > 0 && random.nextDouble() < share;
  }

  private void tell(InetSocketAddress from, InetSocketAddress to, byte[] datagram, String fate) {
    log.packet(simulation.nowNanos(), from, to, datagram.length, fate);
  }
}
