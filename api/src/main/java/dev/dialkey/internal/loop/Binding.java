package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One bound address: the sockets that share it, one per loop, and what they are used for. */
public final class Binding {
  private final List<UdpTransport> transports;
  private final int prefixLength;
  private final boolean defaultRoute;
  private final NativeAddress bound;
  private final InetAddress ip;
  private final AtomicInteger turn = new AtomicInteger();

  public Binding(List<UdpTransport> transports, int prefixLength, boolean defaultRoute) {
    this.transports = List.copyOf(transports);
    this.prefixLength = prefixLength;
    this.defaultRoute = defaultRoute;
    this.bound = transports.getFirst().boundAddress();
    this.ip = bound.toSocketAddress().getAddress();
  }

  List<UdpTransport> transports() {
    return transports;
  }

  NativeAddress bound() {
    return bound;
  }

  boolean isDefaultRoute() {
    return defaultRoute;
  }

  /** The preferred socket if it is one of these, else the first. */
  UdpTransport rather(@Nullable UdpTransport preferred) {
    return preferred != null && transports.contains(preferred) ? preferred : transports.getFirst();
  }

  /** One of the sockets, in turns: what is bound to one loop spreads over all. */
  UdpTransport next() {
    return transports.get(Math.floorMod(turn.getAndIncrement(), transports.size()));
  }

  /** Length of the configured prefix when the destination lies in it, else -1. */
  int matchLength(NativeAddress destination) {
    if (prefixLength == 0 || destination.family() != bound.family()) {
      return -1;
    }
    byte[] theirs = destination.toSocketAddress().getAddress().getAddress();
    byte[] ours = ip.getAddress();
    int bits = Math.min(prefixLength, ours.length * Byte.SIZE);
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >>> (i % Byte.SIZE);
      if (((theirs[i / Byte.SIZE] ^ ours[i / Byte.SIZE]) & mask) != 0) {
        return -1;
      }
    }
    return bits;
  }

  /** Whether a datagram that was sent to this local address arrived here. */
  boolean owns(NativeAddress local) {
    if (local.family() != bound.family()) {
      return false;
    }
    var theirs = local.toSocketAddress();
    return theirs.getPort() == bound.toSocketAddress().getPort()
        && (ip.isAnyLocalAddress() || ip.equals(theirs.getAddress()));
  }
}
