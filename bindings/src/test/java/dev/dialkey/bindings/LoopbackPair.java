package dev.dialkey.bindings;

import java.util.function.BooleanSupplier;

/** Two ends, and turning them until something is so. */
final class LoopbackPair implements AutoCloseable {
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  final LoopbackPeer client;
  final LoopbackPeer server;

  private LoopbackPair(LoopbackPeer client, LoopbackPeer server) {
    this.client = client;
    this.server = server;
  }

  static LoopbackPair open() throws Exception {
    return new LoopbackPair(LoopbackPeer.open("127.0.0.1"), LoopbackPeer.open("127.0.0.1"));
  }

  static LoopbackPair connected() throws Exception {
    LoopbackPair pair = open();
    pair.connect();
    return pair;
  }

  void connect() {
    client.dial(server);
    until(() -> client.is(NativeState.CONFIRMED) && server.is(NativeState.CONFIRMED));
  }

  void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      client.turn();
      server.turn();
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("it does not come true");
      }
    }
  }

  /** The first packet of a new dial, as the server got it. */
  byte[] firstPacket() {
    client.dial(server);
    client.turn();
    server.awaitDatagrams();
    return server.received.copy(0, 0, server.received.length(0));
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
