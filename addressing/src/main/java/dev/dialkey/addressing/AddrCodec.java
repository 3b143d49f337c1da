package dev.dialkey.addressing;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The postcard form of endpoint addresses, {@code docs/spec/addressing.md} section 8. Stateless.
 *
 * <p>Whatever is wrong inside is reported as TICKET_CONTENT, with the inner error as cause.
 */
final class AddrCodec {
  private static final int TAG_RELAY = 0;
  private static final int TAG_IP = 1;
  private static final int TAG_CUSTOM = 2;
  private static final int FAMILY_IPV4 = 0;
  private static final int FAMILY_IPV6 = 1;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  /** The shortest address is a relay of no text: tag and length. */
  private static final int MIN_ADDR_BYTES = 2;

  /** The shortest socket address: family, IPv4 address, port. */
  private static final int MIN_SOCKET_BYTES = 6;

  private AddrCodec() {}

  /** The number that names the kind of an address on the wire, and sorts the kinds. */
  static int tag(TransportAddr addr) {
    return switch (addr) {
      case TransportAddr.Relay _ -> TAG_RELAY;
      case TransportAddr.Ip _ -> TAG_IP;
      case TransportAddr.Custom _ -> TAG_CUSTOM;
    };
  }

  static EndpointAddr read(PostcardReader in) {
    EndpointId id = readId(in);
    int count = in.count(MIN_ADDR_BYTES);
    requireBound(count);
    List<TransportAddr> addrs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addrs.add(readAddr(in));
    }
    return EndpointAddr.of(id, addrs);
  }

  static void write(EndpointAddr addr, PostcardWriter out) {
    out.bytes(addr.id().toBytes());
    SortedSet<TransportAddr> written = new TreeSet<>();
    for (TransportAddr each : addr.addrs()) {
      written.add(withoutScope(each));
    }
    out.varint(written.size());
    for (TransportAddr each : written) {
      out.varint(tag(each));
      switch (each) {
        case TransportAddr.Relay(RelayUrl url) -> out.text(url.toString());
        case TransportAddr.Ip(InetSocketAddress address) -> writeSocket(address, out);
        case TransportAddr.Custom(CustomAddr address) -> writeCustom(address, out);
      }
    }
  }

  static EndpointId readId(PostcardReader in) {
    try {
      return EndpointId.fromBytes(in.bytes(EndpointId.BYTES));
    } catch (AddressFormatException e) {
      throw inside("the endpoint id", e);
    }
  }

  static RelayUrl readRelay(PostcardReader in) {
    try {
      return RelayUrl.parse(in.text());
    } catch (AddressFormatException e) {
      throw inside("a relay URL", e);
    }
  }

  /** A list of socket addresses without tags, as blob tickets have it beside their relay. */
  static List<InetSocketAddress> readSockets(PostcardReader in, int relays) {
    int count = in.count(MIN_SOCKET_BYTES);
    requireBound(relays + count);
    List<InetSocketAddress> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(readSocket(in));
    }
    return sockets;
  }

  static InetSocketAddress readSocket(PostcardReader in) {
    long family = in.varint32();
    if (family == FAMILY_IPV4) {
      return new InetSocketAddress(SocketAddrs.ipv4(in.bytes(IPV4_BYTES)), in.varint16());
    }
    if (family == FAMILY_IPV6) {
      return new InetSocketAddress(SocketAddrs.ipv6(in.bytes(IPV6_BYTES), 0), in.varint16());
    }
    throw PostcardReader.malformed("IP family " + family + " is unknown");
  }

  static void writeSocket(InetSocketAddress address, PostcardWriter out) {
    boolean ipv6 = address.getAddress() instanceof Inet6Address;
    out.varint(ipv6 ? FAMILY_IPV6 : FAMILY_IPV4);
    out.bytes(address.getAddress().getAddress());
    out.varint(address.getPort());
  }

  static CustomAddr readCustom(PostcardReader in) {
    return CustomAddr.of(in.varint64(), in.lengthAndBytes());
  }

  static void writeCustom(CustomAddr address, PostcardWriter out) {
    out.varint(address.transportId());
    out.lengthAndBytes(address.data());
  }

  private static TransportAddr readAddr(PostcardReader in) {
    long tag = in.varint32();
    if (tag == TAG_RELAY) {
      return new TransportAddr.Relay(readRelay(in));
    }
    if (tag == TAG_IP) {
      return new TransportAddr.Ip(readSocket(in));
    }
    if (tag == TAG_CUSTOM) {
      return new TransportAddr.Custom(readCustom(in));
    }
    throw PostcardReader.malformed("address kind " + tag + " is unknown");
  }

  /** The wire has no scope; two addresses that differ in nothing else are written once. */
  private static TransportAddr withoutScope(TransportAddr addr) {
    if (!(addr instanceof TransportAddr.Ip(InetSocketAddress address))
        || SocketAddrs.scope(address) == 0) {
      return addr;
    }
    byte[] bytes = address.getAddress().getAddress();
    return new TransportAddr.Ip(
        new InetSocketAddress(SocketAddrs.ipv6(bytes, 0), address.getPort()));
  }

  private static void requireBound(int count) {
    if (count > EndpointAddr.MAX_ADDRS) {
      throw PostcardReader.malformed(
          "%d addresses are more than %d".formatted(count, EndpointAddr.MAX_ADDRS));
    }
  }

  private static AddressFormatException inside(String what, AddressFormatException cause) {
    return new AddressFormatException(
        AddressFormatException.Kind.TICKET_CONTENT, what + ": " + cause.getMessage(), cause);
  }
}
