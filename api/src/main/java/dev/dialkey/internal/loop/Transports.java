package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sockets of one endpoint, fixed when it is bound. */
public final class Transports {
  private static final int IPV4 = 4;

  private final List<UdpTransport> all;
  private final @Nullable UdpTransport ipv4;
  private final @Nullable UdpTransport ipv6;

  public Transports(List<UdpTransport> all) {
    this.all = List.copyOf(all);
    this.ipv4 = first(all, IPV4);
    this.ipv6 = first(all, 6);
  }

  public List<UdpTransport> all() {
    return all;
  }

  /** The socket that reaches the address, null when there is none of its family. */
  public @Nullable UdpTransport toward(NativeAddress destination) {
    return destination.family() == IPV4 ? ipv4 : ipv6;
  }

  private static @Nullable UdpTransport first(List<UdpTransport> all, int family) {
    return all.stream()
        .filter(transport -> transport.boundAddress().family() == family)
        .findFirst()
        .orElse(null);
  }
}
