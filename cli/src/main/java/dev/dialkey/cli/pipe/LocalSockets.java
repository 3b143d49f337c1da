package dev.dialkey.cli.pipe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;

/** TCP and Unix sockets of programs on this machine. Stateless. */
final class LocalSockets {
  private static final int MAX_PORT = 65_535;

  private LocalSockets() {}

  /**
   * All addresses of a host with port, {@code HOST:PORT} or {@code [V6]:PORT}; asks the system's
   * resolver.
   *
   * @throws IOException when it has none
   */
  static List<InetSocketAddress> resolve(String text) throws IOException {
    int colon = text.lastIndexOf(':');
    int port = colon < 1 ? -1 : port(text.substring(colon + 1));
    if (port < 0) {
      throw new IOException("'" + text + "' is no host with port, like localhost:8080");
    }
    String host = text.substring(0, colon);
    try {
      return Arrays.stream(InetAddress.getAllByName(host))
          .map(address -> new InetSocketAddress(address, port))
          .toList();
    } catch (UnknownHostException e) {
      throw new IOException("'" + host + "' has no address: " + e.getMessage(), e);
    }
  }

  /** Binds to the first of the addresses that can be bound; the caller closes it. */
  static ServerSocketChannel bindTcp(List<InetSocketAddress> addresses) throws IOException {
    IOException failure = new IOException("no address");
    for (InetSocketAddress address : addresses) {
      try {
        return bind(ServerSocketChannel.open(), address);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  /**
   * Binds a Unix socket; a socket that an earlier process left there is replaced, any other file is
   * not. The caller closes it and removes the file.
   */
  static ServerSocketChannel bindUnix(UnixDomainSocketAddress address) throws IOException {
    removeSocket(address.getPath());
    return bind(ServerSocketChannel.open(StandardProtocolFamily.UNIX), address);
  }

  /** Removes the file of a socket, if there is one. */
  static void removeSocket(Path path) throws IOException {
    try {
      var attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isOther()) {
        throw new IOException(path + " is there and no socket: choose another --socket-path");
      }
      Files.deleteIfExists(path);
    } catch (NoSuchFileException e) {
      return; // The usual case at the first start.
    }
  }

  private static ServerSocketChannel bind(ServerSocketChannel socket, SocketAddress address)
      throws IOException {
    boolean bound = false;
    try {
      socket.bind(address);
      bound = true;
      return socket;
    } finally {
      if (!bound) {
        socket.close();
      }
    }
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port <= MAX_PORT ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
