package dev.dialkey.bench.peer;

import java.io.IOException;

/** Carries out the commands of a client and makes their answers. */
final class CommandRunner {

  private final PeerClient client;

  CommandRunner(PeerClient client) {
    this.client = client;
  }

  Answer run(String line) throws InterruptedException {
    try {
      return run(CommandParser.parse(line));
    } catch (CommandException | IOException e) {
      return Answer.error(String.valueOf(e.getMessage()));
    }
  }

  private Answer run(Command command) throws IOException, InterruptedException {
    long startNanos = System.nanoTime();
    return switch (command) {
      case Command.Bulk(long bytes) -> {
        BulkNotes notes = client.bulk(bytes);
        yield notes.on(since(startNanos));
      }
      case Command.Latency(int requests) -> {
        long[] nanos = client.requests(requests, 1);
        Answer answer = since(startNanos);
        Percentiles times = new Percentiles(nanos);
        yield answer
            .with("p50", times.nanos(500) / 1e3, 1)
            .with("p99", times.nanos(990) / 1e3, 1)
            .with("p999", times.nanos(999) / 1e3, 1);
      }
      case Command.Rate(int requests, int inFlight) -> {
        client.requests(requests, inFlight);
        long nanos = System.nanoTime() - startNanos;
        yield Answer.ok(nanos).with("rate", requests * 1e9 / nanos, 1);
      }
      case Command.Handshakes(int connections, int inFlight) -> {
        client.handshakes(connections, inFlight);
        yield since(startNanos);
      }
      case Command.Idle(int connections) -> {
        client.idle(connections);
        yield since(startNanos);
      }
      case Command.Datagrams(int count, int perSecond) -> {
        long received = client.datagrams(count, perSecond);
        yield since(startNanos).with("received", received);
      }
      case Command.Stats() -> HeapStats.answer();
    };
  }

  private static Answer since(long startNanos) {
    return Answer.ok(System.nanoTime() - startNanos);
  }
}
