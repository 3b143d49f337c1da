package dev.dialkey.internal.loop;

import dev.dialkey.bindings.NativeAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sockets of one endpoint, fixed when it is bound. Thread-safe. */
public final class Transports {
  private final List<Binding> bindings;
  private final List<UdpTransport> all;

  public Transports(List<Binding> bindings) {
    this.bindings = List.copyOf(bindings);
    this.all = bindings.stream().flatMap(binding -> binding.transports().stream()).toList();
  }

  public List<UdpTransport> all() {
    return all;
  }

  /** The bound addresses, each once. */
  public List<NativeAddress> boundAddresses() {
    return bindings.stream().map(Binding::bound).toList();
  }

  /**
   * A socket that reaches the address: of the longest prefix that it lies in, else of the default
   * route; null when there is none of its family. Of several that share an address it is the
   * preferred one, else the first. Not for every packet: it looks at all sockets.
   */
  public @Nullable UdpTransport toward(
      NativeAddress destination, @Nullable UdpTransport preferred) {
    Binding best = route(destination);
    return best == null ? null : best.rather(preferred);
  }

  /** As {@link #toward}, taking turns among those that share an address, to spread the work. */
  public @Nullable UdpTransport nextToward(NativeAddress destination) {
    Binding best = route(destination);
    return best == null ? null : best.next();
  }

  private @Nullable Binding route(NativeAddress destination) {
    Binding best = null;
    int longest = 0;
    for (Binding binding : bindings) {
      int length = binding.matchLength(destination);
      boolean byDefault =
          binding.isDefaultRoute() && binding.bound().family() == destination.family();
      if (length > longest || (byDefault && longest == 0)) {
        best = binding;
        longest = Math.max(length, 0);
      }
    }
    return best;
  }

  /** The socket that holds this local address, rather the preferred one where several do. */
  public @Nullable UdpTransport at(NativeAddress local, @Nullable UdpTransport preferred) {
    for (Binding binding : bindings) {
      if (binding.owns(local)) {
        return binding.rather(preferred);
      }
    }
    return null;
  }
}
