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
 * Passes datagrams between one dialler and an acceptor, and those of somebody else too. It keeps
 * what belongs to the dialler's first flight, to send it once more, and some of all the others.
 */
final class Forwarder implements AutoCloseable {
  private static final int QUIC_INITIAL = 0xc0;
  private static final int TYPE_BITS = 0xf0;
  private static final int DCID_LENGTH_AT = 5;
  private static final int MAX_RECORDED = 256;

  private final DatagramSocket front = loopbackSocket();
  private final DatagramSocket back = loopbackSocket();
  private final EndpointAddr acceptor;
  private final InetSocketAddress target;
  private final List<byte[]> firstFlight = new CopyOnWriteArrayList<>();
  private final List<byte[]> recorded = new CopyOnWriteArrayList<>();

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

  /** The first datagrams of both ways. */
  List<byte[]> recorded() {
    return recorded;
  }

  /** Sends a datagram of somebody else as if it were one of theirs. */
  void inject(byte[] datagram, boolean toAcceptor) throws IOException {
    if (toAcceptor) {
      sendToAcceptor(datagram);
    } else {
      sendToDialler(datagram);
    }
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
    boolean initial = datagram.length > 0 && (datagram[0] & TYPE_BITS) == QUIC_INITIAL;
    if (initial && isOfFirstFlight(datagram)) {
      firstFlight.add(datagram);
    }
    record(datagram);
    sendToAcceptor(datagram);
  }

  private void record(byte[] datagram) {
    if (recorded.size() < MAX_RECORDED) {
      recorded.add(datagram);
    }
  }

  private void sendToAcceptor(byte[] datagram) throws IOException {
    back.send(new DatagramPacket(datagram, datagram.length, target));
  }

  /** Later ones carry a connection id that the acceptor has chosen. */
  private boolean isOfFirstFlight(byte[] datagram) {
    return firstFlight.isEmpty()
        || Arrays.equals(destinationId(datagram), destinationId(firstFlight.getFirst()));
  }

  /** With its length in front; as far as it goes in a datagram that is made up. */
  private static byte[] destinationId(byte[] datagram) {
    int length = DCID_LENGTH_AT < datagram.length ? 1 + (datagram[DCID_LENGTH_AT] & 0xff) : 0;
    return Arrays.copyOfRange(
        datagram,
        Math.min(DCID_LENGTH_AT, datagram.length),
        Math.min(DCID_LENGTH_AT + length, datagram.length));
  }

  private void toDialler(byte[] datagram, SocketAddress from) throws IOException {
    record(datagram);
    sendToDialler(datagram);
  }

  private void sendToDialler(byte[] datagram) throws IOException {
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
