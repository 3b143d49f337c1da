package dev.dialkey.cli;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.PathInfo;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** Tests the way to an echo server and prints what it finds. */
final class EchoTest {
  private static final int LABEL_WIDTH = 12;

  private final Shell shell;
  private final Endpoint endpoint;
  private final long bytes;
  private final int streams;

  EchoTest(Shell shell, Endpoint endpoint, long bytes, int streams) {
    this.shell = shell;
    this.endpoint = endpoint;
    this.bytes = bytes;
    this.streams = streams;
  }

  /** Returns only when every byte came back right. */
  void run(EndpointAddr peer, Duration timeout) throws IOException {
    try (Connection connection = endpoint.connect(peer, Alpn.of(EchoProtocol.ALPN), timeout)) {
      print("peer", connection.remoteId().toString());
      print("address", address(connection));
      print("round trip", describe(RoundTrips.measure(connection)));
      EchoTransfer.Result result = transfer(connection);
      String way = streams == 1 ? "1 stream" : streams + " streams";
      print("data", ByteCount.format(bytes) + " there and back on " + way + ": all right");
      print(
          "throughput",
          rate(result.sentNanos()) + " out, " + rate(result.receivedNanos()) + " back");
    }
  }

  private EchoTransfer.Result transfer(Connection connection) throws IOException {
    try (Progress progress = Progress.on(shell, bytes)) {
      return new EchoTransfer(connection, bytes, streams, progress::step).run();
    }
  }

  private static String address(Connection connection) {
    return connection.paths().stream()
        .filter(PathInfo::selected)
        .findFirst()
        .map(path -> SocketAddrs.format(path.remote()))
        .orElse("unknown");
  }

  private static String describe(RoundTrips times) {
    return millis(times.min()) + " min, " + millis(times.median()) + " median of " + times.count();
  }

  private static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.2f ms", time.toNanos() / 1e6);
  }

  private String rate(long nanos) {
    double bitsPerNano = bytes * 8.0 / Math.max(nanos, 1);
    return String.format(Locale.ROOT, "%.1f Mbit/s", bitsPerNano * 1e3);
  }

  private void print(String what, String value) {
    shell.out().println(what + " ".repeat(LABEL_WIDTH - what.length()) + value);
    shell.out().flush();
  }
}
