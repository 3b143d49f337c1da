package dev.dialkey.cli.doctor;

import dev.dialkey.Endpoint;
import dev.dialkey.Presets;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.bindings.NativeSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sockets and addresses of this machine. Stateless. */
final class NetworkChecks {
  /** What sockets ask for: less does not hold what arrives while the program is busy. */
  private static final long WANTED_BYTES = 4L << 20;

  /** Twice that, so that fast networks have their burst too. */
  private static final long ADVISED_BYTES = 8L << 20;

  private static final String PERSISTENT =
      "  printf 'net.core.rmem_max=%d\\nnet.core.wmem_max=%d\\n'"
              .formatted(ADVISED_BYTES, ADVISED_BYTES)
          + " | sudo tee /etc/sysctl.d/50-dialkey.conf";

  private NetworkChecks() {}

  /** Buffers and offloads, as one socket shows them. */
  static List<Finding> sockets() {
    try (NativeSocket socket = NativeSocket.open(loopback("127.0.0.1"))) {
      return List.of(
          buffers(socket.receiveBufferBytes(), socket.sendBufferBytes()),
          offload(socket.maxSendSegments(), socket.maxReceiveSegments()));
    } catch (IOException e) {
      return List.of(Finding.broken("socket-buffers", "no UDP socket: " + e.getMessage()));
    }
  }

  static Finding buffers(long receive, long send) {
    Map<String, Long> data = Map.of("receive", receive, "send", send, "wanted", WANTED_BYTES);
    String text =
        "%d KiB to receive and %d KiB to send, wanted are %d KiB"
            .formatted(receive >> 10, send >> 10, WANTED_BYTES >> 10);
    if (receive >= WANTED_BYTES && send >= WANTED_BYTES) {
      return Finding.good("socket-buffers", text, data);
    }
    return Finding.improvable(
        "socket-buffers",
        text,
        data,
        List.of(
            "net.core.rmem_max and net.core.wmem_max limit them: packets are lost in bursts."
                + " Until the next start of the machine:",
            "  sudo sysctl -w net.core.rmem_max=%d net.core.wmem_max=%d"
                .formatted(ADVISED_BYTES, ADVISED_BYTES),
            "and for all later ones:",
            PERSISTENT,
            "where that is not possible, keep TransportOptions.receiveWindow at most at "
                + receive
                + " on fast networks: then a sender cannot overrun the buffer"));
  }

  static Finding offload(long sendSegments, long receiveSegments) {
    Map<String, Long> data = Map.of("gso", sendSegments, "gro", receiveSegments);
    String text =
        "up to %d packets per call sent (GSO) and %d received (GRO)"
            .formatted(sendSegments, receiveSegments);
    if (sendSegments > 1 && receiveSegments > 1) {
      return Finding.good("offload", text, data);
    }
    return Finding.improvable(
        "offload",
        text,
        data,
        List.of(
            "without both each packet costs a system call: use Linux 5.0 or newer, and a sandbox"
                + " that allows UDP_SEGMENT and UDP_GRO"));
  }

  static Finding ipv6() {
    try (NativeSocket socket = NativeSocket.open(loopback("::1"))) {
      return Finding.good(
          "ipv6", "sockets can be bound", Map.of("usable", socket.boundAddress() != null));
    } catch (IOException e) {
      return Finding.improvable(
          "ipv6",
          "no socket: " + e.getMessage(),
          Map.of("usable", false),
          List.of(
              "peers are reached by IPv4 alone; if that is not intended, look at"
                  + " net.ipv6.conf.all.disable_ipv6, or at the options of the container"));
    }
  }

  static Finding addresses() {
    try (Endpoint endpoint = Endpoint.builder(Presets.minimal()).bind()) {
      List<InetAddress> found = new ArrayList<>();
      for (InetSocketAddress address : endpoint.addr().ipAddrs()) {
        found.add(address.getAddress());
      }
      List<String> texts =
          endpoint.addr().ipAddrs().stream()
              .map(address -> SocketAddrs.format(new InetSocketAddress(address.getAddress(), 0)))
              .map(text -> text.substring(0, text.lastIndexOf(':')))
              .toList();
      boolean reachable = found.stream().anyMatch(address -> !address.isLoopbackAddress());
      Map<String, Object> data =
          Map.of(
              "list", texts, "global-ipv6", found.stream().anyMatch(NetworkChecks::isGlobalIpv6));
      String text = String.join(", ", texts);
      return reachable
          ? Finding.good("addresses", text, data)
          : Finding.improvable(
              "addresses",
              text,
              data,
              List.of("there is no network but this machine itself: connect it to one"));
    } catch (IOException e) {
      return Finding.broken("addresses", "no endpoint: " + e.getMessage());
    }
  }

  private static boolean isGlobalIpv6(InetAddress address) {
    return address instanceof Inet6Address && (address.getAddress()[0] & 0xe0) == 0x20;
  }

  private static InetSocketAddress loopback(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 0);
  }
}
