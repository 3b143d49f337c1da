package dev.dialkey.bench.peer;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicLong;

/** A UDP socket that knows how often it sent, and how much at most. */
final class CountingSocket extends DatagramSocket {

  private final AtomicLong sends = new AtomicLong();
  private final AtomicLong fullSends = new AtomicLong();
  private final AtomicLong largest = new AtomicLong();

  CountingSocket(InetSocketAddress local) throws SocketException {
    super(local);
    setReceiveBufferSize(Peer.SOCKET_BUFFER_BYTES);
    setSendBufferSize(Peer.SOCKET_BUFFER_BYTES);
  }

  @Override
  public void send(DatagramPacket packet) throws IOException {
    super.send(packet);
    sends.incrementAndGet();
    if (packet.getLength() > Payload.DATAGRAM_BYTES) {
      fullSends.incrementAndGet();
    }
    largest.accumulateAndGet(packet.getLength(), Math::max);
  }

  long sends() {
    return sends.get();
  }

  /** How many sends were large enough to carry a datagram of the benchmark. */
  long fullSends() {
    return fullSends.get();
  }

  long largestBytes() {
    return largest.get();
  }
}
