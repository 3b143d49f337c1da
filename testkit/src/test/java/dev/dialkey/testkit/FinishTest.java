package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.SendStream;
import dev.dialkey.StreamFinishedException;
import dev.dialkey.StreamStoppedException;
import dev.dialkey.TransportOptions;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The last bytes of a stream and its end, in one call. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FinishTest {
  private static final int LARGE = 6 << 20; // More than every window.

  private Loopback.Pair pair;

  @BeforeEach
  void connect() throws Exception {
    pair = Loopback.connect(TransportOptions.defaults());
  }

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void everyKindOfBufferArrivesWithTheEnd() throws Exception {
    byte[] data = Pattern.bytes(3_000, 1);
    for (ByteBuffer last :
        List.of(
            ByteBuffer.wrap(data),
            ByteBuffer.wrap(data).asReadOnlyBuffer(),
            ByteBuffer.allocateDirect(data.length).put(data).flip())) {
      assertThat(sendAndReadAll(last)).isEqualTo(data);
      assertThat(last.hasRemaining()).isFalse();
    }
  }

  @Test
  void nothingButTheEndArrives() throws Exception {
    assertThat(sendAndReadAll(ByteBuffer.allocate(0))).isEmpty();
    assertThat(sendAndReadAll(ByteBuffer.allocateDirect(0))).isEmpty();
  }

  private byte[] sendAndReadAll(ByteBuffer last) throws Exception {
    try (SendStream send = pair.client().openUni(Loopback.PATIENCE)) {
      send.finish(last);
      assertThat(send.isOpen()).isFalse();
      return pair.server().acceptUni(Loopback.PATIENCE).readAll(1 << 20);
    }
  }

  @Test
  void moreThanTheWindowsHoldArrivesWithTheEnd() throws Exception {
    byte[] data = Pattern.bytes(LARGE, 2);
    for (ByteBuffer last :
        List.of(ByteBuffer.wrap(data), ByteBuffer.allocateDirect(LARGE).put(data).flip())) {
      try (SendStream send = pair.client().openUni(Loopback.PATIENCE)) {
        var writer = Tasks.run(() -> send.finish(last));
        assertThat(pair.server().acceptUni(Loopback.PATIENCE).readAll(LARGE)).isEqualTo(data);
        writer.get();
        assertThat(last.hasRemaining()).isFalse();
      }
    }
  }

  @Test
  void whatTheViewHasGatheredComesFirst() throws Exception {
    try (SendStream send = pair.client().openUni(Loopback.PATIENCE)) {
      send.outputStream().write(new byte[] {1, 2});
      send.finish(ByteBuffer.wrap(new byte[] {3}));
      assertThat(pair.server().acceptUni(Loopback.PATIENCE).readAll(9)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aSecondEndIsAMistakeOfTheCaller() throws Exception {
    try (SendStream send = pair.client().openUni(Loopback.PATIENCE)) {
      send.finish(ByteBuffer.wrap(new byte[1]));
      ByteBuffer more = ByteBuffer.wrap(new byte[1]);
      assertThatThrownBy(() -> send.finish(more)).isInstanceOf(StreamFinishedException.class);
      assertThat(more.remaining()).isEqualTo(1);
    }
  }

  @Test
  void aStreamThatThePeerStopsIsNotEnded() throws Exception {
    try (BiStream stream = pair.client().openBi(Loopback.PATIENCE)) {
      ByteBuffer data = ByteBuffer.allocateDirect(LARGE);
      var writer = Tasks.run(() -> stream.send().finish(data));
      BiStream other = pair.server().acceptBi(Loopback.PATIENCE);
      other.recv().stop(7);

      assertThat(writer.failure()).isInstanceOf(StreamStoppedException.class);
      assertThat(data.hasRemaining()).isTrue();
      other.close();
    }
  }

  @Test
  void aShortMessageTakesOnePacket() throws Exception {
    Tasks.awaitTrue(() -> pair.client().stats().packetsSent() > 2);
    byte[] one = {1};
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = pair.client().stats().packetsSent();
      assertThat(sendAndReadAll(ByteBuffer.wrap(one))).isEqualTo(one);
      least = Math.min(least, pair.client().stats().packetsSent() - before);
    }
    // Now and then something else leaves at the same time.
    assertThat(least).isEqualTo(1);
  }
}
