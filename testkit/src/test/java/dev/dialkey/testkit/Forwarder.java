package dev.dialkey.testkit;

import dev.dialkey.Endpoint;
import dev.dialkey.addressing.EndpointAddr;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Passes datagrams between one dialler and an acceptor, and keeps those that belong to the
 * dialler's first flight, to send them once more.
 */
final class Forwarder implements AutoCloseable {
  private static final int QUIC_INITIAL = 0xc0;
  private static final int TYPE_BITS = 0xf0;
  private static final int DCID_LENGTH_AT = 5;

  private final DatagramSocket front = loopbackSocket();
  private final DatagramSocket back = loopbackSocket();
  private final EndpointAddr acceptor;
  private final InetSocketAddress target;
  private final List<byte[]> firstFlight = new CopyOnWriteArrayList<>();

  /** Volatile: learnt by one thread, used by the other. */
  private volatile @Nullable SocketAddress dialler;

  /** Volatile: set by the test. */
  private volatile boolean muted;

  Forwarder(Endpoint acceptor) throws IOException {
    this.acceptor = EndpointAddr.of(acceptor.id());
    this.target = acceptor.boundSockets().getFirst();
    // Not virtual: the JDK would open descriptors for them that it keeps, and LeakCheck counts.
    Thread.ofPlatform().daemon().start(() -> pump(front, this::toAcceptor));
    Thread.ofPlatform().daemon().start(() -> pump(back, this::toDialler));
  }

  /** What to dial to come through here. */
  EndpointAddr addr() {
    return acceptor.withIp((InetSocketAddress) front.getLocalSocketAddress());
  }

  /** Where the acceptor sees the dialler. */
  InetSocketAddress seenFrom() {
    return (InetSocketAddress) back.getLocalSocketAddress();
  }

  /** From now on the dialler hears nothing. */
  void mute() {
    muted = true;
  }

  /** Sends copies of the first flight, from the same place as the originals. */
  void replay() throws IOException {
    replayFrom(back);
  }

  /** Sends copies of the first flight from another place. */
  void replayFrom(DatagramSocket socket) throws IOException {
    if (firstFlight.isEmpty()) {
      throw new AssertionError("nothing was recorded");
    }
    for (byte[] datagram : firstFlight) {
      socket.send(new DatagramPacket(datagram, datagram.length, target));
    }
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
    } catch (SocketException e) {
      // Closed: this is how it ends.
    } catch (IOException e) {
      throw new AssertionError("a loopback socket failed", e);
    }
  }

  private void toAcceptor(byte[] datagram, SocketAddress from) throws IOException {
    dialler = from;
    if ((datagram[0] & TYPE_BITS) == QUIC_INITIAL && isOfFirstFlight(datagram)) {
      firstFlight.add(datagram);
    }
    back.send(new DatagramPacket(datagram, datagram.length, target));
  }

  /** Later ones carry a connection id that the acceptor has chosen. */
  private boolean isOfFirstFlight(byte[] datagram) {
    int end = DCID_LENGTH_AT + 1 + datagram[DCID_LENGTH_AT];
    return firstFlight.isEmpty()
        || Arrays.equals(
            datagram, DCID_LENGTH_AT, end, firstFlight.getFirst(), DCID_LENGTH_AT, end);
  }

  private void toDialler(byte[] datagram, SocketAddress from) throws IOException {
    SocketAddress to = dialler;
    if (to != null && !muted) {
      front.send(new DatagramPacket(datagram, datagram.length, to));
    }
  }

  private static DatagramSocket loopbackSocket() {
    try {
      return new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (SocketException e) {
      throw new AssertionError("no loopback socket", e);
    }
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }
}
