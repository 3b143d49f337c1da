package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.LoopMetrics;
import dev.dialkey.bindings.NativeLibrary;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Datagrams made up at random, and real ones of a connection changed at random, at the sockets of
 * both sides, also from the very addresses that the two know each other by. What decrypts but makes
 * no sense is tested in the native library.
 */
@ExtendWith(LeakCheck.class)
@Timeout(900)
final class HostileInputTest {
  private static final long MAX_GROWTH_MIB = 192;

  @Test
  @SuppressWarnings("try") // The server serves by being open.
  void millionsOfDatagramsHarmNobody() throws Exception {
    int datagrams = Size.of(500_000, 10_000_000);
    try (Endpoint acceptor = Loopback.builder().alpns(EchoServer.ALPN).bind();
        var server = new EchoServer(acceptor);
        Endpoint dialler = Loopback.builder().bind();
        var middle = new Forwarder(acceptor);
        Connection connection =
            dialler.connect(middle.addr(), EchoServer.ALPN, Loopback.PATIENCE)) {
      EchoServer.check(connection, 200_000, 0); // Gives the middle something to change.
      long before = ProcessMemory.nativeMib();
      var attack =
          Tasks.run(() -> {
            var random = new Random(42);
            for (int i = 0; i < datagrams; i++) {
              middle.inject(made(random, middle.recorded()), random.nextBoolean());
            }
          });
      int rounds = 0;
      while (!attack.future().isDone()) {
        EchoServer.check(connection, 1_000, rounds++);
      }
      attack.get();
      EchoServer.check(connection, 200_000, 1);
      assertThat(rounds).isPositive();
      LoopMetrics loops = acceptor.metrics().loops();
      assertThat(loops.malformedDropped()).isPositive();
      assertThat(loops.unknownConnectionDropped()).isPositive();
      assertThat(connection.stats().datagramsDropped()).isPositive();
      // What looks like a first packet may wait for the rest of its handshake, in bounds.
      assertThat(NativeLibrary.load().liveObjects().connections()).isLessThan(2_100);
      assertThat(ProcessMemory.nativeMib() - before).isLessThan(MAX_GROWTH_MIB);
    }
  }

  /** A datagram of a kind that is drawn at random. */
  private static byte[] made(Random random, List<byte[]> recorded) {
    int kind = random.nextInt(10);
    if (kind == 0 || recorded.isEmpty()) {
      byte[] noise = new byte[random.nextInt(1_500)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] real = recorded.get(random.nextInt(recorded.size())).clone();
    if (kind == 1) {
      return Arrays.copyOf(real, random.nextInt(real.length + 1)); // Cut short.
    }
    if (kind == 2) {
      return Arrays.copyOf(real, Math.min(real.length + random.nextInt(300), 1_500));
    }
    if (kind == 3) {
      return real; // A repetition.
    }
    int changes = 1 + random.nextInt(4);
    // Often in the header, where most is decided.
    int bound = kind < 7 ? Math.min(real.length, 40) : real.length;
    for (int i = 0; i < changes && bound > 0; i++) {
      real[random.nextInt(bound)] ^= (byte) (1 << random.nextInt(8));
    }
    return real;
  }
}
