package dev.dialkey.cli.perfpeer;

import dev.dialkey.Connection;
import dev.dialkey.ConnectionStats;
import dev.dialkey.Datagrams;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Sends datagrams and finds out how many came. Used once, by one thread. */
final class DatagramFlow {
  /** As many as a call hands over; they leave in few sends. */
  private static final int BATCH = 64;

  /** Round trips that the search for the path's MTU may take; it takes a handful. */
  private static final int MAX_ROUND_TRIPS = 10_000;

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Connection connection;
  private final Requests requests;
  private final List<ByteBuffer> batch =
      Stream.generate(() -> ByteBuffer.allocate(PerfProtocol.DATAGRAM_BYTES)).limit(BATCH).toList();

  DatagramFlow(Connection connection, Requests requests) {
    this.connection = connection;
    this.requests = requests;
  }

  /** Sends datagrams at a rate, or at 0 as fast as the send buffer takes them. */
  Outcome run(int count, int perSecond) throws IOException {
    awaitRoomForOne();
    long arrivedBefore = requests.datagramsArrived();
    ConnectionStats before = connection.stats();
    long start = System.nanoTime();
    if (perSecond == 0) {
      send(count);
    } else {
      sendPaced(count, perSecond);
    }
    long arrived = awaitSent(gone(before) + count) - arrivedBefore;
    long nanos = System.nanoTime() - start;
    long lost = connection.stats().packetsLost() - before.packetsLost();
    return Outcome.of(nanos).with("received", arrived).with("lost", lost);
  }

  /** On a new connection a datagram is too long until the path is known to carry larger packets. */
  private void awaitRoomForOne() throws IOException {
    Datagrams datagrams = connection.datagrams();
    for (int i = 0; i < MAX_ROUND_TRIPS; i++) {
      if (datagrams.maxSize().orElse(0) >= PerfProtocol.DATAGRAM_BYTES) {
        return;
      }
      requests.exchange();
    }
  }

  private void sendPaced(int count, int perSecond) throws IOException {
    long startNanos = System.nanoTime();
    int sent = 0;
    while (sent < count) {
      long elapsedNanos = System.nanoTime() - startNanos;
      long due = Math.min((long) (elapsedNanos / NANOS_PER_SECOND * perSecond) + 1, count);
      if (due > sent) {
        send((int) due - sent);
        sent = (int) due;
      }
      Tasks.awaitNanos(startNanos + (long) (sent * NANOS_PER_SECOND / perSecond));
    }
  }

  private void send(int count) throws IOException {
    Datagrams datagrams = connection.datagrams();
    int left = count;
    while (left > 0) {
      batch.forEach(ByteBuffer::clear);
      int sent = datagrams.sendMany(batch.subList(0, Math.min(left, BATCH)));
      if (sent == 0) {
        datagrams.sendBlocking(batch.getFirst());
        sent = 1;
      }
      left -= sent;
    }
  }

  /**
   * Asks until all have left before the question; a stream's bytes may overtake queued datagrams.
   */
  private long awaitSent(long wanted) throws IOException {
    boolean allGone = false;
    long arrived = 0;
    while (!allGone) {
      allGone = gone(connection.stats()) >= wanted;
      arrived = requests.datagramsArrived();
    }
    return arrived;
  }

  private static long gone(ConnectionStats stats) {
    return stats.messagesSent() + stats.messagesSendDropped();
  }
}
