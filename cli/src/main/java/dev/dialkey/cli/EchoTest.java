package dev.dialkey.cli;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.PathInfo;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.addressing.SocketAddrs;
import dev.dialkey.cli.shell.ByteCount;
import dev.dialkey.cli.shell.Json;
import dev.dialkey.cli.shell.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Tests the way to an echo server and prints what it finds. */
final class EchoTest {
  private static final int LABEL_WIDTH = 12;

  private final Shell shell;
  private final Endpoint endpoint;
  private final long bytes;
  private final int streams;
  private final boolean json;

  EchoTest(Shell shell, Endpoint endpoint, long bytes, int streams, boolean json) {
    this.shell = shell;
    this.endpoint = endpoint;
    this.bytes = bytes;
    this.streams = streams;
    this.json = json;
  }

  /** Returns only when every byte came back right. */
  void run(EndpointAddr peer, Duration timeout) throws IOException {
    try (Connection connection = endpoint.connect(peer, Alpn.of(EchoProtocol.ALPN), timeout)) {
      print("peer", connection.remoteId().toString());
      print("address", address(connection));
      RoundTrips roundTrips = RoundTrips.measure(connection);
      print("round trip", describe(roundTrips));
      String remote = address(connection);
      EchoTransfer.Result result = transfer(connection);
      String way = streams == 1 ? "1 stream" : streams + " streams";
      print("data", ByteCount.format(bytes) + " there and back on " + way + ": all right");
      print(
          "throughput",
          rate(result.sentNanos()) + " out, " + rate(result.receivedNanos()) + " back");
      if (json) {
        shell.print(Json.line(object(connection, remote, roundTrips, result)));
      }
    }
  }

  private Map<String, Object> object(
      Connection connection, String remote, RoundTrips roundTrips, EchoTransfer.Result result) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("peer", connection.remoteId().toString());
    object.put("address", remote);
    object.put("round_trip_min_ms", roundTrips.min().toNanos() / 1e6);
    object.put("round_trip_median_ms", roundTrips.median().toNanos() / 1e6);
    object.put("bytes", bytes);
    object.put("streams", streams);
    object.put("out_mbit_per_s", mbitPerSecond(result.sentNanos()));
    object.put("back_mbit_per_s", mbitPerSecond(result.receivedNanos()));
    return object;
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
    return String.format(Locale.ROOT, "%.1f Mbit/s", mbitPerSecond(nanos));
  }

  private double mbitPerSecond(long nanos) {
    return bytes * 8e3 / Math.max(nanos, 1);
  }

  /** A line for people, who see it as soon as it is known. */
  private void print(String what, String value) {
    if (json) {
      return;
    }
    shell.out().println(what + " ".repeat(LABEL_WIDTH - what.length()) + value);
    shell.out().flush();
  }
}
