package dev.dialkey.cli.doctor;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBuilder;
import dev.dialkey.Presets;
import dev.dialkey.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** Two endpoints of this process talk over loopback. Stateless. */
final class SelfTest {
  private static final String ALPN = "dialkey/doctor/0";
  private static final long BYTES = 16L << 20;
  private static final int CHUNK_BYTES = 256 << 10;
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private SelfTest() {}

  static Finding run() {
    try (Router router = Router.builder(builder().bind()).accept(ALPN, SelfTest::drain).start();
        Endpoint client = builder().bind()) {
      long start = System.nanoTime();
      try (Connection connection = client.connect(router.endpoint().addr(), ALPN, LIMIT);
          BiStream stream = connection.openBi(LIMIT)) {
        long handshakeNanos = System.nanoTime() - start;
        long nanos = transfer(stream);
        double megabits = BYTES * 8e3 / nanos;
        var data =
            Map.of("handshake_ms", handshakeNanos / 1e6, "bytes", BYTES, "mbit_per_s", megabits);
        String text =
            "handshake in %.1f ms, %d MiB at %.0f Mbit/s, no warm-up"
                .formatted(handshakeNanos / 1e6, BYTES >> 20, megabits);
        return Finding.good("self-test", text, data);
      } finally {
        router.close(CLOSE_LIMIT);
      }
    } catch (IOException e) {
      return Finding.broken(
          "self-test",
          "two endpoints on loopback do not reach each other: " + e.getMessage(),
          "check that a firewall lets UDP on the loopback interface pass");
    }
  }

  /** Returns how long it took until the other side had counted all of it. */
  private static long transfer(BiStream stream) throws IOException {
    var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    long start = System.nanoTime();
    for (long sent = 0; sent < BYTES; sent += CHUNK_BYTES) {
      stream.send().write(chunk.clear(), LIMIT);
    }
    stream.send().finish();
    var answer = ByteBuffer.allocate(Long.BYTES);
    while (answer.hasRemaining()) {
      if (stream.recv().read(answer, LIMIT) < 0) {
        throw new IOException("the answer is too short");
      }
    }
    long counted = answer.flip().getLong();
    if (counted != BYTES) {
      throw new IOException(counted + " of " + BYTES + " bytes arrived");
    }
    return System.nanoTime() - start;
  }

  private static void drain(Connection connection) throws IOException {
    try (BiStream stream = connection.acceptBi(LIMIT)) {
      var chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
      long total = 0;
      int n = stream.recv().read(chunk, LIMIT);
      while (n >= 0) {
        total += n;
        n = stream.recv().read(chunk.clear(), LIMIT);
      }
      stream.send().write(ByteBuffer.allocate(Long.BYTES).putLong(total).flip());
      stream.send().finish();
      connection.closed().join(); // Until the other side has read it.
    }
  }

  private static EndpointBuilder builder() {
    return Endpoint.builder(Presets.empty())
        .bindAddr(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
  }
}
