package dev.dialkey.testkit;

import dev.dialkey.bindings.NativeAddress;
import dev.dialkey.bindings.NativeMemory;
import dev.dialkey.bindings.NativeSocketStats;
import dev.dialkey.bindings.PacketBatch;
import dev.dialkey.bindings.TransmitBatch;
import dev.dialkey.bindings.UdpSocket;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/** A socket in a simulated network. Touched by whoever has the turn. */
final class SimulatedSocket implements UdpSocket {
  /** Bounds the queue as a socket's receive buffer does; what comes on top is lost. */
  static final int MAX_WAITING = 4_096;

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  private record Arrived(byte[] datagram, NativeAddress from) {}

  private final SimulatedNetwork network;
  private final SimulatedHost host;
  private final InetSocketAddress address;
  private final NativeAddress bound;
  private final ArrayDeque<Arrived> waiting = new ArrayDeque<>();
  private boolean woken;
  private long receivedDatagrams;
  private long receivedBytes;
  private long sentDatagrams;
  private long sentBytes;
  private long sentSinceReceive;

  SimulatedSocket(SimulatedNetwork network, SimulatedHost host, InetSocketAddress address) {
    this.network = network;
    this.host = host;
    this.address = address;
    this.bound = NativeAddress.of(address);
  }

  SimulatedHost host() {
    return host;
  }

  InetSocketAddress address() {
    return address;
  }

  /** Whether it would end a wait of its loop. */
  boolean wakes() {
    return woken || !waiting.isEmpty();
  }

  /** Takes a datagram in; false when there is no room. */
  boolean arrive(byte[] datagram, NativeAddress from) {
    if (waiting.size() == MAX_WAITING) {
      return false;
    }
    waiting.add(new Arrived(datagram, from));
    return true;
  }

  @Override
  public NativeAddress boundAddress() {
    return bound;
  }

  @Override
  public PacketBatch newBatch(NativeMemory memory) {
    return memory.newSmallPacketBatch();
  }

  @Override
  public long receiveBufferBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public int await(long timeoutNanos, boolean alsoWritable) {
    woken = false;
    return 0;
  }

  @Override
  public void wake() {
    woken = true;
  }

  @Override
  public int receive(PacketBatch batch) {
    sentSinceReceive = 0;
    batch.clear();
    while (!waiting.isEmpty()) {
      Arrived next = waiting.getFirst();
      if (!batch.add(next.datagram, next.from, bound)) {
        break;
      }
      waiting.removeFirst();
      receivedDatagrams++;
      receivedBytes += next.datagram.length;
    }
    return batch.size();
  }

  @Override
  public int send(TransmitBatch batch, int first, int count) {
    for (int i = first; i < first + count; i++) {
      InetSocketAddress to = batch.to(i).toSocketAddress();
      for (byte[] datagram : batch.datagrams(i)) {
        sentDatagrams++;
        sentBytes += datagram.length;
        sentSinceReceive += datagram.length;
        network.send(this, to, datagram);
      }
    }
    host.sentAtOnce(sentSinceReceive);
    return count;
  }

  @Override
  public NativeSocketStats stats() {
    return new NativeSocketStats(
        receivedDatagrams, receivedBytes, 0, sentDatagrams, sentBytes, 0, 0);
  }

  @Override
  public void close() {
    network.close(this);
  }
}
