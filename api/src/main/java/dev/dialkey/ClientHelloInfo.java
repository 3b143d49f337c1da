package dev.dialkey;

import dev.dialkey.addressing.Alpn;
import dev.dialkey.bindings.NativeHello;
import java.util.List;
import java.util.Optional;

/**
 * What somebody who dials asks for; not authenticated.
 *
 * @param alpns the protocols offered, in the peer's order
 * @param serverName the name asked for; iroh 1.0 sends one, later versions and Dialkey do not
 */
public record ClientHelloInfo(List<Alpn> alpns, Optional<String> serverName) {

  /** Copies the list. */
  public ClientHelloInfo {
    alpns = List.copyOf(alpns);
  }

  static ClientHelloInfo of(NativeHello hello) {
    List<Alpn> alpns = hello.alpns().stream().map(Alpn::of).toList();
    return new ClientHelloInfo(alpns, hello.serverName());
  }
}
