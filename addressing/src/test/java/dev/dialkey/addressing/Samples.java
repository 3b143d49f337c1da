package dev.dialkey.addressing;

import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.quicktheories.core.Gen;

/** Generators of the values of this module. */
final class Samples {
  private Samples() {}

  static Gen<byte[]> bytes(int min, int max) {
    return lists().of(integers().between(0, 255)).ofSizeBetween(min, max).map(Samples::toBytes);
  }

  static Gen<EndpointId> ids() {
    return bytes(32, 32)
        .map(bytes -> {
          while (!Edwards25519.decompresses(bytes)) {
            bytes[0]++;
          }
          return EndpointId.fromBytes(bytes);
        });
  }

  static Gen<InetSocketAddress> sockets() {
    Gen<byte[]> ipv4 = bytes(4, 4);
    Gen<byte[]> ipv6 = bytes(16, 16).mix(sparse(), 50);
    return ipv4.mix(ipv6, 50)
        .zip(
            integers().between(0, 65_535),
            integers().between(0, 3),
            (ip, port, scope) ->
                new InetSocketAddress(
                    ip.length == 4 ? SocketAddrs.ipv4(ip) : SocketAddrs.ipv6(ip, scope), port));
  }

  /** IPv6 addresses with runs of zero groups, and the beginnings of mapped ones. */
  private static Gen<byte[]> sparse() {
    return lists()
        .of(arbitrary().pick(0, 0, 0, 0, 1, 0xffff))
        .ofSize(8)
        .map(groups -> {
          var buffer = ByteBuffer.allocate(16);
          groups.forEach(group -> buffer.putShort(group.shortValue()));
          return buffer.array();
        });
  }

  static Gen<CustomAddr> customs() {
    Gen<Long> ids = longs().all().mix(longs().between(0, 300), 50);
    return ids.zip(bytes(0, 40), CustomAddr::of);
  }

  static Gen<RelayUrl> relays() {
    Gen<String> hosts =
        arbitrary()
            .pick("e.com", "derp.me.", "1.2.3.4", "[::1]", "xn--exmple-cua.com", "e.com:8443");
    Gen<String> rest = strings().basicLatinAlphabet().ofLengthBetween(0, 12);
    return arbitrary()
        .pick("http://", "https://", "foo://", "ws://")
        .zip(hosts, rest, (scheme, host, path) -> RelayUrl.parse(scheme + host + "/" + path));
  }

  static Gen<EndpointAddr> addrs() {
    Gen<TransportAddr> relay = relays().map(TransportAddr.Relay::new);
    Gen<TransportAddr> ip = sockets().map(Samples::withoutScope).map(TransportAddr.Ip::new);
    Gen<TransportAddr> custom = customs().map(TransportAddr.Custom::new);
    Gen<List<TransportAddr>> all =
        lists().of(relay.mix(ip, 60).mix(custom, 30)).ofSizeBetween(0, 8);
    return ids().zip(all, EndpointAddr::of);
  }

  /** Any text, but often text that looks like one of our forms. */
  static Gen<String> texts() {
    Gen<String> pieces =
        arbitrary()
            .pick(
                "https:",
                "//",
                "/",
                "\\",
                ".",
                "..",
                "%2e",
                "%",
                "@",
                ":",
                "[",
                "]",
                "::",
                "ffff",
                "1.2.3.4",
                "0x7f",
                "example",
                "xn--",
                "ä",
                "\u00ad",
                "\u200d",
                "ß",
                " ",
                "\t",
                "#",
                "?",
                "_",
                "1",
                "0",
                "a",
                "endpoint",
                "blob",
                "file:",
                "foo:",
                "C|",
                "443",
                "=",
                "y");
    Gen<String> composed =
        lists().of(pieces).ofSizeBetween(0, 12).map(list -> String.join("", list));
    return composed.mix(strings().allPossible().ofLengthBetween(0, 70), 30);
  }

  private static InetSocketAddress withoutScope(InetSocketAddress address) {
    byte[] ip = address.getAddress().getAddress();
    return ip.length == 4
        ? address
        : new InetSocketAddress(SocketAddrs.ipv6(ip, 0), address.getPort());
  }

  private static byte[] toBytes(List<Integer> values) {
    var bytes = new byte[values.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = values.get(i).byteValue();
    }
    return bytes;
  }
}
