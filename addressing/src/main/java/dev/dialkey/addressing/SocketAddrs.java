package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import dev.dialkey.addressing.internal.Ascii;
import dev.dialkey.addressing.internal.IpText;
import dev.dialkey.addressing.internal.MalformedTextException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;

/**
 * IP addresses with port: their text form and their order, {@code docs/spec/addressing.md} section
 * 6. Stateless; names are never resolved.
 */
public final class SocketAddrs {
  /**
   * IPv4 before IPv6, then by address bytes, port and scope. Unlike {@link
   * InetSocketAddress#equals}, it tells addresses of different scopes apart. Resolved addresses
   * only.
   */
  public static final Comparator<InetSocketAddress> ORDER = SocketAddrs::compare;

  private static final int MAX_PORT = 65_535;

  private SocketAddrs() {}

  /**
   * Reads {@code a.b.c.d:port}, {@code [v6]:port} or {@code [v6%scope]:port}; a scope is a number.
   * An IPv4-mapped address stays an {@link Inet6Address}.
   *
   * @param text the address
   * @return a resolved address without host name
   * @throws AddressFormatException of kind SOCKET_ADDR
   */
  public static InetSocketAddress parse(String text) {
    try {
      int colon = text.lastIndexOf(':');
      if (colon < 0) {
        throw new MalformedTextException("no port");
      }
      int port = (int) number(text, colon + 1, text.length(), MAX_PORT, "port");
      String host = text.substring(0, colon);
      InetAddress address = host.startsWith("[") ? ipv6(host) : ipv4(host);
      return new InetSocketAddress(address, port);
    } catch (MalformedTextException e) {
      throw new AddressFormatException(
          Kind.SOCKET_ADDR, "a socket address is malformed: " + e.getMessage(), e);
    }
  }

  /**
   * Writes the form that {@link #parse} reads: RFC 5952 for IPv6, IPv4-mapped addresses with a
   * dotted part, the scope as a number and only if it is not zero.
   *
   * @param address a resolved address
   * @return the text
   * @throws IllegalArgumentException if the address is unresolved
   */
  public static String format(InetSocketAddress address) {
    InetAddress ip = resolved(address);
    byte[] bytes = ip.getAddress();
    if (!(ip instanceof Inet6Address ip6)) {
      return IpText.formatIpv4(bytes, 0) + ":" + address.getPort();
    }
    String text =
        IpText.isIpv4Mapped(bytes)
            ? "::ffff:" + IpText.formatIpv4(bytes, 12)
            : IpText.formatIpv6(bytes);
    String scope = ip6.getScopeId() == 0 ? "" : "%" + ip6.getScopeId();
    return "[" + text + scope + "]:" + address.getPort();
  }

  /**
   * The same address without host name and without interface object, so that printing or comparing
   * it can never start a name look-up.
   *
   * @param address a resolved address
   * @return an address of the same bytes, scope and port
   * @throws IllegalArgumentException if the address is unresolved
   */
  public static InetSocketAddress withoutName(InetSocketAddress address) {
    InetAddress ip = resolved(address);
    int scope = ip instanceof Inet6Address ip6 ? ip6.getScopeId() : 0;
    InetAddress bare =
        ip instanceof Inet6Address ? ipv6(ip.getAddress(), scope) : ipv4(ip.getAddress());
    return new InetSocketAddress(bare, address.getPort());
  }

  static int compare(InetSocketAddress a, InetSocketAddress b) {
    byte[] bytesA = resolved(a).getAddress();
    byte[] bytesB = resolved(b).getAddress();
    if (bytesA.length != bytesB.length) {
      return Integer.compare(bytesA.length, bytesB.length);
    }
    int order = Arrays.compareUnsigned(bytesA, bytesB);
    if (order == 0) {
      order = Integer.compare(a.getPort(), b.getPort());
    }
    return order == 0 ? Integer.compare(scope(a), scope(b)) : order;
  }

  static int scope(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address ip6 ? ip6.getScopeId() : 0;
  }

  static InetAddress ipv4(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 bytes are an IPv4 address", e);
    }
  }

  static InetAddress ipv6(byte[] bytes, int scope) {
    try {
      // Not InetAddress.getByAddress, which turns IPv4-mapped bytes into an IPv4 address. A
      // negative
      // scope means none to the JDK; zero would be printed.
      return Inet6Address.getByAddress(null, bytes, scope == 0 ? -1 : scope);
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are an IPv6 address", e);
    }
  }

  private static InetAddress resolved(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      throw new IllegalArgumentException("unresolved socket address: " + address);
    }
    return ip;
  }

  private static InetAddress ipv4(String host) throws MalformedTextException {
    return ipv4(IpText.parseIpv4(host));
  }

  private static InetAddress ipv6(String host) throws MalformedTextException {
    if (!host.endsWith("]")) {
      throw new MalformedTextException("\"[\" without \"]\"");
    }
    int end = host.length() - 1;
    int percent = host.indexOf('%');
    if (percent < 0) {
      return ipv6(IpText.parseIpv6(host.substring(1, end)), 0);
    }
    int scope = (int) number(host, percent + 1, end, Integer.MAX_VALUE, "scope");
    return ipv6(IpText.parseIpv6(host.substring(1, percent)), scope);
  }

  /** Decimal digits, leading zeros allowed, value capped so that no length of text overflows. */
  private static long number(String text, int from, int to, int max, String what)
      throws MalformedTextException {
    if (from >= to) {
      throw new MalformedTextException("no " + what);
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!Ascii.isDigit(c)) {
        throw new MalformedTextException(what + " that is not a number");
      }
      value = value * 10 + (c - '0');
      if (value > max) {
        throw new MalformedTextException(what + " above " + max);
      }
    }
    return value;
  }
}
