package dev.dialkey.bench.micro;

import dev.dialkey.bindings.NativeLibrary;
import java.io.IOException;

/** Two connected ends in this process, without sockets. For one thread. */
final class MemoryPair implements AutoCloseable {
  /**
   * A handshake takes three rounds, its confirmation and the search for the path's MTU some more.
   */
  private static final int MAX_ROUNDS = 1_000;

  final MemoryEnd client;
  final MemoryEnd server;

  private MemoryPair(MemoryEnd client, MemoryEnd server) {
    this.client = client;
    this.server = server;
  }

  /** Both ends know the other and have nothing more to say. */
  static MemoryPair connected() throws IOException {
    NativeLibrary.load();
    MemoryPair pair = new MemoryPair(MemoryEnd.open(1), MemoryEnd.open(2));
    try {
      pair.connect();
      return pair;
    } catch (IllegalStateException e) {
      pair.close();
      throw e;
    }
  }

  private void connect() {
    client.linkTo(server);
    server.linkTo(client);
    client.dial(server);
    client.flush(System.nanoTime());
    server.accept(client);
    settle();
    if (!client.isConfirmed() || !server.isConfirmed()) {
      throw new IllegalStateException("the handshake does not end");
    }
  }

  /** Lets both ends answer until neither has anything to say. */
  void settle() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      long now = System.nanoTime();
      int datagrams = server.receive(now);
      server.flush(now);
      datagrams += client.receive(now);
      client.flush(now);
      if (datagrams == 0) {
        return;
      }
    }
    throw new IllegalStateException("the two ends do not stop talking");
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
