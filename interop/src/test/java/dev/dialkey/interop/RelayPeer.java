package dev.dialkey.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.addressing.SocketAddrs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A real iroh relay with address discovery, in a process of its own. Thread-safe. */
final class RelayPeer implements AutoCloseable {
  private final IrohPeer process;

  private RelayPeer(IrohPeer process) {
    this.process = process;
  }

  static RelayPeer start(String... arguments) throws IOException {
    return new RelayPeer(IrohPeer.start(IrohRelease.built("iroh-relay-peer"), arguments));
  }

  /** Where it does address discovery. */
  List<InetSocketAddress> addrs() {
    List<InetSocketAddress> addrs = new ArrayList<>();
    for (JsonNode addr : process.await("ready").get("addrs")) {
      addrs.add(SocketAddrs.parse(addr.asText()));
    }
    return addrs;
  }

  InetSocketAddress addr() {
    return addrs().getFirst();
  }

  /** The certificate that vouches for its own one, in PEM form. */
  String authority() {
    return process.await("ready").get("ca").asText();
  }

  /** Has its servers end; they tell their clients. */
  void stopServers() {
    process.tell("stop");
    process.await("stopped");
  }

  /** Starts them again where they were. */
  void startServers() {
    process.tell("start");
    process.await("started");
  }

  /** Waits until all connections that it has seen were closed, and none of them by an error. */
  void awaitAllFinished(int atLeast) {
    int asked = process.soFar("connections").size();
    while (true) {
      process.tell("connections");
      int count = ++asked;
      process.await(event -> process.soFar("connections").size() >= count, "a count");
      JsonNode now = process.soFar("connections").get(count - 1);
      if (now.get("failed").asInt() > 0) {
        throw new AssertionError("not closed as agreed: " + now);
      }
      int accepted = now.get("accepted").asInt();
      if (accepted >= atLeast && now.get("closed").asInt() == accepted) {
        return;
      }
    }
  }

  @Override
  public void close() throws Exception {
    process.close();
  }
}
