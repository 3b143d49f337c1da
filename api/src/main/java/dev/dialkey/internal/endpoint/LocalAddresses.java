package dev.dialkey.internal.endpoint;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** Finds the addresses behind wildcard sockets. Stateless. */
public final class LocalAddresses {

  private LocalAddresses() {}

  /**
   * The addresses under which others may reach the sockets: those of all interfaces for a wildcard
   * socket, without link-local ones; loopback addresses only where the host has no others.
   */
  public static List<InetSocketAddress> reachable(List<InetSocketAddress> bound) {
    List<InetSocketAddress> found = new ArrayList<>();
    for (InetSocketAddress socket : bound) {
      if (socket.getAddress().isAnyLocalAddress()) {
        behindWildcard(socket, found);
      } else {
        found.add(socket);
      }
    }
    return found;
  }

  private static void behindWildcard(InetSocketAddress socket, List<InetSocketAddress> found) {
    boolean ipv4 = socket.getAddress() instanceof Inet4Address;
    List<InetSocketAddress> loopback = new ArrayList<>();
    int before = found.size();
    for (InetAddress address : interfaceAddresses()) {
      if (address instanceof Inet4Address != ipv4 || address.isLinkLocalAddress()) {
        continue;
      }
      var candidate = new InetSocketAddress(address, socket.getPort());
      (address.isLoopbackAddress() ? loopback : found).add(candidate);
    }
    if (found.size() == before) {
      found.addAll(loopback);
    }
  }

  private static List<InetAddress> interfaceAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(LocalAddresses::isUp)
          .flatMap(NetworkInterface::inetAddresses)
          .toList();
    } catch (SocketException e) {
      return List.of(); // A host without interfaces has no addresses to tell.
    }
  }

  private static boolean isUp(NetworkInterface networkInterface) {
    try {
      return networkInterface.isUp();
    } catch (SocketException e) {
      return false; // It went away while we looked.
    }
  }
}
