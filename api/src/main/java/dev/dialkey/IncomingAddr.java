package dev.dialkey;

import java.net.InetSocketAddress;

/** Where an incoming connection comes from. */
public sealed interface IncomingAddr {

  /**
   * Directly over UDP.
   *
   * @param address the sender's address
   */
  record Ip(InetSocketAddress address) implements IncomingAddr {}
}
