package dev.dialkey.bench.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** What the arguments of a peer make of it. */
sealed interface Role {

  String USAGE = "use: server --port PORT, or: client HOST:PORT";

  int MAX_PORT = 0xffff;

  /** Accepts connections on the loopback interface. */
  record Server(InetSocketAddress address) implements Role {}

  /** Connects. */
  record Client(InetSocketAddress server) implements Role {}

  static Optional<Role> of(String... arguments) {
    if (arguments.length == 3 && arguments[0].equals("server") && arguments[1].equals("--port")) {
      return port(arguments[2])
          .map(port -> new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }
    if (arguments.length == 2 && arguments[0].equals("client")) {
      int colon = arguments[1].lastIndexOf(':');
      return colon < 1
          ? Optional.empty()
          : port(arguments[1].substring(colon + 1))
              .map(port ->
                  new Client(new InetSocketAddress(arguments[1].substring(0, colon), port)));
    }
    return Optional.empty();
  }

  private static Optional<Integer> port(String text) {
    try {
      return Optional.of(Integer.parseInt(text)).filter(port -> port >= 0 && port <= MAX_PORT);
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
