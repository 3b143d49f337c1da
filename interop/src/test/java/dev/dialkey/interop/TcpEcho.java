package dev.dialkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** A TCP server on loopback that sends back what comes, and its clients. */
final class TcpEcho implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int CLIENTS = 3;

  private final ServerSocket server;

  private TcpEcho(ServerSocket server) {
    this.server = server;
  }

  static TcpEcho start() throws IOException {
    var echo = new TcpEcho(new ServerSocket(0, CLIENTS, LOOPBACK));
    Thread.ofVirtual().name("tcp-echo").start(echo::serve);
    return echo;
  }

  String hostAndPort() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Several clients of this port at a time get back what they send, and its end. */
  static void expectFrom(int port) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(i -> threads.submit(() -> converse(port, i)))
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

  private static Void converse(int port, int seed) throws Exception {
    byte[] data = new byte[1_000_000 + seed];
    new Random(seed).nextBytes(data);
    try (Socket socket = connect(port)) {
      Thread.ofVirtual().start(() -> send(socket, data));
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(data);
    }
    return null;
  }

  private static void send(Socket socket, byte[] data) {
    try {
      socket.getOutputStream().write(data);
      socket.shutdownOutput();
    } catch (IOException e) {
      // The connection broke; the reading side finds bytes missing.
    }
  }

  /** A foreign process does not tell when it takes connections, so it is asked until it does. */
  private static Socket connect(int port) throws IOException {
    long deadline = System.nanoTime() + IrohPeer.PATIENCE.toNanos();
    while (true) {
      var socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(LOOPBACK, port));
        return socket;
      } catch (ConnectException e) {
        socket.close();
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
