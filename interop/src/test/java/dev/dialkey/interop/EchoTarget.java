package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** A TCP server on loopback that sends back what comes, and clients who reach it somehow. */
final class EchoTarget implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int CLIENTS = 3;

  private final ServerSocket server;

  private EchoTarget(ServerSocket server) {
    this.server = server;
  }

  static EchoTarget start() throws IOException {
    var echo = new EchoTarget(new ServerSocket(0, CLIENTS, LOOPBACK));
    Thread.ofVirtual().name("echo-target").start(echo::serve);
    return echo;
  }

  String hostAndPort() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** As {@link #expectFrom(SocketAddress)}, of a TCP port. */
  static void expectFrom(int port) throws Exception {
    expectFrom(new InetSocketAddress(LOOPBACK, port));
  }

  /** Several clients of this address at a time get back what they send, and its end. */
  static void expectFrom(SocketAddress address) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(i -> threads.submit(() -> converse(address, i)))
              .toList();
      for (Future<?> client : clients) {
        client.get();
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private static Void converse(SocketAddress address, int seed) throws Exception {
    byte[] data = new byte[1_000_000 + seed];
    new Random(seed).nextBytes(data);
    try (SocketChannel channel = connect(address)) {
      Thread.ofVirtual().start(() -> send(channel, data));
      assertThat(Channels.newInputStream(channel).readAllBytes()).isEqualTo(data);
    }
    return null;
  }

  private static void send(SocketChannel channel, byte[] data) {
    try {
      Channels.newOutputStream(channel).write(data);
      channel.shutdownOutput();
    } catch (IOException e) {
      // The connection broke; the reading side finds bytes missing.
    }
  }

  /** A foreign process does not tell when it takes connections, so it is asked until it does. */
  private static SocketChannel connect(SocketAddress address) throws IOException {
    long deadline = System.nanoTime() + IrohPeer.PATIENCE.toNanos();
    while (true) {
      try {
        return SocketChannel.open(address);
      } catch (SocketException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private void serve() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private static void echo(Socket socket) {
    try (socket;
        OutputStream out = socket.getOutputStream()) {
      socket.getInputStream().transferTo(out);
    } catch (IOException e) {
      // The client has gone; it knows what it has got.
    }
  }
}
