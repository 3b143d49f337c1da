package dev.dialkey.interop;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one endpoint and one server, on loopback: the server sees the endpoint at another
 * port. Thread-safe.
 */
final class LoopbackNat implements AutoCloseable {
  private final InetSocketAddress server;
  private final DatagramSocket inside;
  private final AtomicReference<DatagramSocket> outside;
  private final AtomicReference<@Nullable SocketAddress> endpoint = new AtomicReference<>();

  LoopbackNat(InetSocketAddress server) throws IOException {
    this.server = server;
    this.inside = socket();
    this.outside = new AtomicReference<>(socket());
    // Not virtual: the JDK would open descriptors for them that it keeps, and LeakCheck counts.
    Thread.ofPlatform().daemon().start(() -> pump(inside, this::outwards));
    pumpInwards(outside.get());
  }

  private DatagramSocket socket() throws SocketException {
    return new DatagramSocket(0, server.getAddress());
  }

  private void pumpInwards(DatagramSocket from) {
    Thread.ofPlatform().daemon().start(() -> pump(from, this::inwards));
  }

  /** Where the endpoint sends to. */
  int port() {
    return inside.getLocalPort();
  }

  /** Where the server sees the endpoint. */
  InetSocketAddress seen() {
    return new InetSocketAddress(address(), outside.get().getLocalPort());
  }

  private InetAddress address() {
    return inside.getLocalAddress();
  }

  /** Where the endpoint has sent from last. */
  @Nullable SocketAddress endpoint() {
    return endpoint.get();
  }

  /** Forgets the mapping, as a router does that was switched off. */
  void forget() throws IOException {
    DatagramSocket fresh = socket();
    outside.getAndSet(fresh).close();
    pumpInwards(fresh);
  }

  private interface Step {
    void take(byte[] datagram, SocketAddress from) throws IOException;
  }

  private static void pump(DatagramSocket socket, Step step) {
    byte[] buffer = new byte[65_535];
    try {
      while (true) {
        var packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        step.take(Arrays.copyOf(buffer, packet.getLength()), packet.getSocketAddress());
      }
    } catch (IOException e) {
      // Closed: this is how it ends.
    }
  }

  private void outwards(byte[] datagram, SocketAddress from) {
    endpoint.set(from);
    send(outside.get(), datagram, server);
  }

  private void inwards(byte[] datagram, SocketAddress from) {
    SocketAddress to = endpoint.get();
    if (to != null) {
      send(inside, datagram, to);
    }
  }

  /** A server that is stopped refuses datagrams, and a mapping may be gone; both lose them. */
  private static void send(DatagramSocket socket, byte[] datagram, SocketAddress to) {
    try {
      socket.send(new DatagramPacket(datagram, datagram.length, to));
    } catch (IOException e) {
      // Lost, as datagrams may be.
    }
  }

  @Override
  public void close() {
    inside.close();
    outside.get().close();
  }
}
