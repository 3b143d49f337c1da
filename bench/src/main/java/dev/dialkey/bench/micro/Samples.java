package dev.dialkey.bench.micro;

import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SecretKey;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.addressing.TransportAddr;
import java.util.ArrayList;
import java.util.List;

/** Values that several benchmarks use, the same in every run. */
final class Samples {
  /** One of each kind that an order of candidates tells apart. */
  private static final List<String> KINDS =
      List.of(
          "[fd00:0:0:1::%x]:7000",
          "192.168.1.%d:7000", "[2001:db8:0:1::%x]:7000", "203.0.113.%d:7000");

  private Samples() {}

  /** The first secret key, which no endpoint uses. */
  static SecretKey secretKey() {
    return SecretKey.fromBytes(new byte[SecretKey.BYTES]);
  }

  /** An endpoint with one IP address of each kind. */
  static EndpointAddr endpoint() {
    return endpoint(KINDS.size());
  }

  /** An endpoint with so many different IP addresses, of all kinds in turns. */
  static EndpointAddr endpoint(int addresses) {
    List<TransportAddr> addrs = new ArrayList<>();
    for (int i = 0; i < addresses; i++) {
      String text = KINDS.get(i % KINDS.size()).formatted(1 + i / KINDS.size());
      addrs.add(new TransportAddr.Ip(SocketAddrs.parse(text)));
    }
    try (SecretKey key = secretKey()) {
      return EndpointAddr.of(key.endpointId(), addrs);
    }
  }
}
