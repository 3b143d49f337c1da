package dev.dialkey.cli;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Times that single bytes took there and back, through both applications.
 *
 * @param min the shortest
 * @param median the one in the middle
 * @param count how many were measured
 */
record RoundTrips(Duration min, Duration median, int count) {
  private static final int COUNT = 21;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static RoundTrips measure(Connection connection) throws IOException {
    var times = new long[COUNT];
    try (BiStream stream = connection.openBi(LIMIT)) {
      exchange(stream, (byte) 0); // The first one also opens the stream over there.
      for (int i = 0; i < COUNT; i++) {
        long start = System.nanoTime();
        exchange(stream, (byte) (i + 1));
        times[i] = System.nanoTime() - start;
      }
      stream.send().finish();
      if (stream.recv().read(ByteBuffer.allocate(1), LIMIT) >= 0) {
        throw new WrongDataException("more came back than was sent");
      }
    }
    Arrays.sort(times);
    return new RoundTrips(Duration.ofNanos(times[0]), Duration.ofNanos(times[COUNT / 2]), COUNT);
  }

  private static void exchange(BiStream stream, byte value) throws IOException {
    stream.send().write(ByteBuffer.wrap(new byte[] {value}), LIMIT);
    var back = ByteBuffer.allocate(1);
    if (stream.recv().read(back, LIMIT) < 0) {
      throw new EOFException("the other side ended the stream: check that it is an echo server");
    }
    if (back.get(0) != value) {
      throw new WrongDataException("sent byte " + value + ", got byte " + back.get(0) + " back");
    }
  }
}
