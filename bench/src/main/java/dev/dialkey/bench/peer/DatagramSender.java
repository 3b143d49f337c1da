package dev.dialkey.bench.peer;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends datagrams at a rate, or as fast as they leave. Neither Netty nor kwik tells when there is
 * room for more: the one drops what does not fit its queue, the queue of the other has no end. So
 * the packets that left are counted, and what has not left stays bounded.
 */
final class DatagramSender {

  /**
   * Half of what the queues of the other peers take, for packets without a datagram count as well.
   */
  private static final int MAX_WAITING = 512;

  private static final int MAX_BATCH = 64;
  private static final long LOOK_AGAIN_NANOS = 50_000;
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A connection as seen from here. */
  interface Lane {

    /** Queues datagrams of {@link Payload#DATAGRAM_BYTES} each. */
    void send(int count) throws IOException, InterruptedException;

    /** How many packets left so far that may have carried a datagram. */
    long packetsSent() throws IOException, InterruptedException;
  }

  private final Lane lane;

  DatagramSender(Lane lane) {
    this.lane = lane;
  }

  /** Returns when all have left. */
  void send(int count, int perSecond) throws IOException, InterruptedException {
    long packetsBefore = lane.packetsSent();
    long startNanos = System.nanoTime();
    long movedNanos = startNanos;
    long left = 0;
    int sent = 0;
    while (left < count) {
      long nowNanos = System.nanoTime();
      long packets = lane.packetsSent() - packetsBefore;
      if (packets > left) {
        left = packets;
        movedNanos = nowNanos;
      }
      long due = perSecond == 0 ? count : dueAfter(nowNanos - startNanos, perSecond);
      long room = Math.min(MAX_BATCH, MAX_WAITING - (sent - left));
      int batch = (int) Math.min(Math.min(due, count) - sent, room);
      if (batch > 0) {
        lane.send(batch);
        sent += batch;
      } else if (nowNanos - movedNanos > STALLED_NANOS) {
        throw new IOException("no datagram left for 10 s; is the connection alive?");
      } else {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
  }

  /** The first is due at once. */
  private static long dueAfter(long nanos, int perSecond) {
    return 1 + (long) (nanos * (perSecond / 1e9));
  }
}
