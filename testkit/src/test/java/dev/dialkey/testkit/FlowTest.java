package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Connection;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.TransportOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flow control: windows of all sizes, readers of all speeds. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FlowTest {
  private static final int KIB = 1024;

  @ParameterizedTest
  @ValueSource(ints = {16, 17, 64, 256, 1024, 16 * 1024})
  @Tag("stress")
  void fastReaderGetsEveryByteBothWays(int windowKib) throws Exception {
    long bytes = Math.min(windowKib * 64L * KIB, Size.of(8, 256) * 1024L * KIB);
    try (var pair = Loopback.connect(windows(windowKib * KIB))) {
      var there = Tasks.run(() -> send(pair.client(), bytes, 1));
      var back = Tasks.run(() -> send(pair.server(), bytes, 2));
      var got = Tasks.run(() -> receive(pair.client(), bytes, 2, 0));
      receive(pair.server(), bytes, 1, 0);
      there.get();
      back.get();
      got.get();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 64, 1024})
  @Tag("stress")
  void slowReaderGetsEveryByte(int windowKib) throws Exception {
    long bytes = Size.of(3, 64) * (long) windowKib * KIB;
    try (var pair = Loopback.connect(windows(windowKib * KIB))) {
      var sender = Tasks.run(() -> send(pair.client(), bytes, 1));
      receive(pair.server(), bytes, 1, 300_000);
      sender.get();
    }
  }

  @Test
  void manyStreamsShareTheConnectionsWindow() throws Exception {
    var options =
        TransportOptions.builder().receiveWindow(32 * KIB).streamReceiveWindow(16 * KIB).build();
    try (var pair = Loopback.connect(options)) {
      List<Tasks.Task<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        tasks.add(Tasks.run(() -> send(pair.client(), 100 * KIB, 1)));
        tasks.add(Tasks.run(() -> receive(pair.server(), 100 * KIB, 1, 0)));
      }
      for (var task : tasks) {
        task.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 256, 1024})
  void readerThatStopsReadingBoundsTheMemoryAndLosesNothing(int windowKib) throws Exception {
    int window = windowKib * KIB;
    byte[] data = Pattern.bytes(8 * window, 1);
    try (var pair = Loopback.connect(windows(window))) {
      try (SendStream send = pair.client().openUni()) {
        ByteBuffer source = ByteBuffer.wrap(data);
        int before;
        do {
          before = source.position();
          assertThatThrownBy(() -> send.write(source, Duration.ofMillis(100)))
              .isInstanceOf(DialkeyTimeoutException.class);
        } while (source.position() > before);
        // Not a byte more than the peer allows is taken, so that is all both sides hold.
        assertThat(source.position()).isEqualTo(window);
        var rest = Tasks.run(() -> writeAndFinish(send, source));
        try (RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE)) {
          assertThat(recv.readAll(data.length)).isEqualTo(data);
        }
        rest.get();
      }
    }
  }

  private static void writeAndFinish(SendStream send, ByteBuffer source) throws Exception {
    send.write(source);
    send.finish();
  }

  @Test
  void readerThatStopsReadingHoldsUpNoOtherStream() throws Exception {
    var options =
        TransportOptions.builder().streamReceiveWindow(16 * KIB).receiveWindow(64 * KIB).build();
    try (var pair = Loopback.connect(options)) {
      try (SendStream stuck = pair.client().openUni()) {
        assertThatThrownBy(() -> stuck.write(ByteBuffer.allocate(64 * KIB), Duration.ofMillis(50)))
            .isInstanceOf(DialkeyTimeoutException.class);
        try (RecvStream unread = pair.server().acceptUni(Loopback.PATIENCE)) {
          var sender = Tasks.run(() -> send(pair.client(), 500 * KIB, 3));
          receive(pair.server(), 500 * KIB, 3, 0);
          sender.get();
          assertThat(unread.bytesRead()).isZero();
        }
      }
    }
  }

  private static TransportOptions windows(int bytes) {
    return TransportOptions.builder().receiveWindow(bytes).streamReceiveWindow(bytes).build();
  }

  /** Writes with a mix of sizes and kinds of buffers. */
  private static void send(Connection connection, long bytes, int salt) throws Exception {
    byte[] piece = new byte[100 * KIB];
    ByteBuffer direct = ByteBuffer.allocateDirect(piece.length);
    int[] sizes = {1, 100, 1_000, 10_000, 65_536, 100_000};
    try (SendStream send = connection.openUni()) {
      long sent = 0;
      for (int i = 0; sent < bytes; i++) {
        int length = (int) Math.min(sizes[i % sizes.length], bytes - sent);
        Pattern.fill(piece, 0, length, sent, salt);
        boolean heap = i / sizes.length % 2 == 0;
        send.write(
            heap ? ByteBuffer.wrap(piece, 0, length) : direct.clear().put(piece, 0, length).flip());
        sent += length;
      }
      send.finish();
    }
  }

  private static void receive(Connection connection, long bytes, int salt, long pauseNanos)
      throws Exception {
    byte[] piece = new byte[50_000];
    ByteBuffer direct = ByteBuffer.allocateDirect(piece.length);
    try (RecvStream recv = connection.acceptUni(Loopback.PATIENCE)) {
      long got = 0;
      for (int i = 0; ; i++) {
        int n;
        if (i % 2 == 0) {
          n = recv.read(ByteBuffer.wrap(piece, 0, pauseNanos == 0 ? piece.length : 4_000));
        } else {
          n = recv.read(direct.clear().limit(pauseNanos == 0 ? piece.length : 4_000));
          direct.flip().get(piece, 0, Math.max(n, 0));
        }
        if (n < 0) {
          break;
        }
        Pattern.check(piece, n, got, salt);
        got += n;
        if (pauseNanos > 0) {
          LockSupport.parkNanos(pauseNanos); // Slow on purpose.
        }
      }
      assertThat(got).isEqualTo(bytes);
      assertThat(recv.bytesRead()).isEqualTo(bytes);
    }
  }
}
