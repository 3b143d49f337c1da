package dev.dialkey.cli.perfpeer;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.PathInfo;
import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Carries orders out, one after the other. The connection is the caller's. */
final class PerfClient implements AutoCloseable {
  private final Dials dials;
  private final Connection connection;
  private final ExecutorService threads;
  private final Memory memory;
  private final BulkWriter writer;
  private final Requests requests;

  /**
   * A client.
   *
   * @param threads where orders are carried out; closed with this
   */
  PerfClient(
      Dials dials,
      Connection connection,
      ExecutorService threads,
      Memory memory,
      BulkWriter writer) {
    this.dials = dials;
    this.connection = connection;
    this.threads = threads;
    this.memory = memory;
    this.writer = writer;
    this.requests = new Requests(connection, memory);
  }

  /** Carries an order out; an interrupt gives it up. */
  Outcome answer(Order order) throws IOException {
    return Tasks.result(threads.submit(() -> carryOut(order)));
  }

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }

  private Outcome carryOut(Order order) throws IOException {
    return switch (order) {
      case Order.Bulk(long bytes) -> bulk(bytes);
      case Order.Latency(int count) -> latency(count);
      case Order.Rate(int count, int concurrent) -> rate(count, concurrent);
      case Order.Handshakes(int count, int concurrent) ->
          Outcome.of(Workers.run(threads, count, concurrent, () -> dials::handshake));
      case Order.Idle(int count) -> idle(count);
      case Order.Datagrams(int count, int perSecond) ->
          new DatagramFlow(connection, requests).run(count, perSecond);
      case Order.Statistics() -> HeapUse.sample();
    };
  }

  private Outcome bulk(long bytes) throws IOException {
    long lostBefore = connection.stats().packetsLost();
    long start = System.nanoTime();
    try (BiStream stream = connection.openBi()) {
      writer.write(stream.send(), bytes);
      requests.awaitByte(stream.recv(), PerfProtocol.BULK);
    }
    long nanos = System.nanoTime() - start;
    long lost = connection.stats().packetsLost() - lostBefore;
    Outcome outcome = Outcome.of(nanos).with("lost", lost);
    return connection.paths().stream()
        .filter(PathInfo::selected)
        .findFirst()
        .map(path -> outcome.with("datagram", path.mtu()))
        .orElse(outcome);
  }

  private Outcome latency(int count) throws IOException {
    long[] nanos = new long[count];
    long start = System.nanoTime();
    long before = start;
    for (int i = 0; i < count; i++) {
      requests.exchange();
      long now = System.nanoTime();
      nanos[i] = now - before;
      before = now;
    }
    Outcome outcome = Outcome.of(before - start);
    Arrays.sort(nanos);
    return outcome
        .with("p50", micros(nanos, 0.5))
        .with("p99", micros(nanos, 0.99))
        .with("p999", micros(nanos, 0.999));
  }

  private static double micros(long[] sorted, double share) {
    return sorted[(int) (sorted.length * share)] / 1e3;
  }

  private Outcome rate(int count, int concurrent) throws IOException {
    long nanos =
        Workers.run(
            threads,
            count,
            concurrent,
            () -> {
              var own = new Requests(connection, memory);
              return own::exchange;
            });
    return Outcome.of(nanos).with("rate", count * (double) TimeUnit.SECONDS.toNanos(1) / nanos);
  }

  private Outcome idle(int count) throws IOException {
    long start = System.nanoTime();
    dials.keep(count);
    return Outcome.of(System.nanoTime() - start);
  }
}
