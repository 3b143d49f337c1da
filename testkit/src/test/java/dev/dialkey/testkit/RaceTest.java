package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.BiStream;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.StreamException;
import dev.dialkey.TransportOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The end of a connection races with reads and writes of eight threads. Whatever comes first: every
 * thread gets out, what it was told is true, and {@link LeakCheck} finds nothing left.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
@Tag("stress")
class RaceTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = Size.of(12, 300);

  /** What the exchanges of one round came to. */
  private static final class Tally {
    final AtomicLong acknowledged = new AtomicLong();
    final AtomicLong served = new AtomicLong();
  }

  @Test
  void closeOfEitherConnectionRacesWithEverything() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      boolean byClient = round % 2 == 0;
      race(
          TransportOptions.defaults(),
          round,
          pair -> (byClient ? pair.client() : pair.server()).close(7, "race"));
    }
  }

  @Test
  void closeOfTheEndpointRacesWithEverything() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      boolean byDialler = round % 2 == 0;
      race(
          TransportOptions.defaults(),
          round,
          pair -> (byDialler ? pair.dialler() : pair.acceptor()).close());
    }
  }

  @Test
  void bothSidesCloseAtOnce() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      race(
          TransportOptions.defaults(),
          round,
          pair -> {
            var other = Tasks.run(() -> pair.server().close(1, "server"));
            pair.client().close(2, "client");
            other.get();
          });
    }
  }

  @Test
  void idleTimeoutRacesWithReadsAndWrites() throws Exception {
    var options =
        TransportOptions.builder()
            .maxIdleTimeout(Duration.ofMillis(100))
            .keepAlive(Duration.ZERO)
            .build();
    for (int round = 0; round < Size.of(6, 100); round++) {
      try (var pair = Loopback.connect(options)) {
        List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
        long start = System.nanoTime();
        long beatNanos = Duration.ofMillis(95 + round % 3 * 5).toNanos();
        for (int i = 0; i < THREADS; i++) {
          boolean reads = i % 2 == 0;
          Connection connection = i < THREADS / 2 ? pair.client() : pair.server();
          tasks.add(
              Tasks.run(
                  () -> untilOver(() -> aroundTheTimeout(connection, reads, start, beatNanos))));
        }
        for (var task : tasks) {
          task.get();
        }
        assertThat(pair.client().closeReason()).isPresent();
      }
    }
  }

  /** All write at the same beat, about as long as the time-out; after some beats they skip one. */
  private static void aroundTheTimeout(
      Connection connection, boolean reads, long start, long beatNanos) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(10_000);
    for (int beat = 1; ; beat++) {
      if (reads) {
        try (var stream = connection.acceptUni()) {
          stream.read(buffer.clear());
        }
      } else {
        try (var stream = connection.openUni()) {
          stream.write(buffer.clear());
          stream.finish();
        }
        long next = start + (beat < 5 ? beat : beat * 3) * beatNanos;
        while (System.nanoTime() - next < 0) {
          LockSupport.parkNanos(next - System.nanoTime());
        }
      }
    }
  }

  private interface Ending {
    void apply(Loopback.Pair pair) throws Exception;
  }

  private static void race(TransportOptions options, int round, Ending ending) throws Exception {
    Tally tally = new Tally();
    try (var pair = Loopback.connect(options)) {
      List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS / 2; i++) {
        int salt = i;
        tasks.add(Tasks.run(() -> untilOver(() -> request(pair.client(), salt, tally))));
        tasks.add(Tasks.run(() -> untilOver(() -> serve(pair.server(), tally))));
      }
      int wanted = round % 5 * 4;
      Tasks.awaitTrue(() -> tally.acknowledged.get() >= wanted);
      LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(3_000_000)); // Any moment will do.
      ending.apply(pair);
      for (var task : tasks) {
        task.get();
      }
    }
    // Nothing acknowledged was lost: each answer stands for a request that was served whole.
    assertThat(tally.acknowledged.get()).isLessThanOrEqualTo(tally.served.get());
  }

  /** The end of the connection is the only way out that is all right. */
  private static void untilOver(Tasks.Action part) throws Exception {
    try {
      part.run();
    } catch (ConnectionClosedException e) {
      assertThat(e.reason()).isNotNull();
    } catch (StreamException e) {
      // The other side's thread ended its stream on its way out.
      assertThat(e).isNotInstanceOf(dev.dialkey.TooLargeException.class);
    }
  }

  private static void request(Connection connection, int salt, Tally tally) throws IOException {
    for (int i = 0; ; i++) {
      int length = 1 + (i * 7_919) % 200_000;
      byte[] request = Pattern.bytes(length, salt);
      try (BiStream stream = connection.openBi()) {
        if (i % 2 == 0) {
          stream.send().write(request);
        } else {
          stream.send().write(ByteBuffer.allocateDirect(length).put(request).flip());
        }
        stream.send().finish();
        byte[] answer = stream.recv().readAll(Integer.BYTES);
        assertThat(ByteBuffer.wrap(answer).getInt()).isEqualTo(length);
        tally.acknowledged.incrementAndGet();
      }
    }
  }

  private static void serve(Connection connection, Tally tally) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(30_000);
    while (true) {
      try (BiStream stream = connection.acceptBi()) {
        int length = 0;
        for (int n = stream.recv().read(direct.clear());
            n >= 0;
            n = stream.recv().read(direct.clear())) {
          length += n;
        }
        tally.served.incrementAndGet();
        stream.send().write(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        stream.send().finish();
      }
    }
  }
}
