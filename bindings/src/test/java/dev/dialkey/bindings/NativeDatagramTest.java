package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bindings.LoopbackPeer.Event;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeLeakCheck.class)
class NativeDatagramTest {
  /** What each datagram counts in the send queue besides its payload. */
  private static final int OVERHEAD_BYTES = 32;

  private LoopbackPair pair;

  @BeforeEach
  void open() throws Exception {
    pair = LoopbackPair.open();
  }

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void datagramsCrossThroughArraysAndNativeMemory() {
    pair.connect();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment four = arena.allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {1, 2, 3, 4});
      assertThat(client().sendDatagram(now(), four.address(), 4, 0)).isZero();
      assertThat(client().sendDatagram(now(), new byte[] {9, 5, 6, 9}, 1, 2, 0)).isZero();
      assertThat(client().datagramState().toSend()).isEqualTo(2);
      pair.until(() -> server().datagramState().toRead() == 2);

      MemorySegment out = arena.allocate(3);
      assertThat(server().receiveDatagram(out.address(), 3)).isEqualTo(NativeStatus.BUFFER);
      byte[] array = new byte[6];
      assertThat(server().receiveDatagram(array, 2, 4)).isEqualTo(4);
      assertThat(array).containsExactly(0, 0, 1, 2, 3, 4);
      assertThat(server().receiveDatagram(out.address(), 3)).isEqualTo(2);
      assertThat(out.toArray(ValueLayout.JAVA_BYTE)).startsWith(5, 6);
      assertThat(server().receiveDatagram(array, 0, 6)).isEqualTo(NativeStatus.DONE);
    }
    assertThat(pair.server.seen).contains(NativeEvent.DATAGRAM_READABLE);
    assertThat(client().stats().get(NativeStats.SENT_DATAGRAMS)).isEqualTo(2);
    assertThat(server().stats().get(NativeStats.RECEIVED_DATAGRAMS)).isEqualTo(2);
  }

  @Test
  void theLongestPayloadCrossesAndALongerOneIsRefused() {
    pair.connect();
    int most = client().datagramState().maxPayload();
    assertThat(most).isGreaterThan(1_100);
    byte[] data = new byte[most + 1];

    assertThat(client().sendDatagram(now(), data, 0, most + 1, 0)).isEqualTo(NativeStatus.LIMIT);
    assertThat(client().sendDatagram(now(), data, 0, most, 0)).isZero();
    assertThat(client().sendDatagram(now(), data, 0, 0, 0)).isZero();
    pair.until(() -> server().datagramState().toRead() == 2);

    assertThat(server().receiveDatagram(data, 0, data.length)).isEqualTo(most);
    assertThat(server().receiveDatagram(data, 0, data.length)).isZero();
  }

  @Test
  void aFullQueueRefusesOrDropsAndTellsWhenThereIsRoom() {
    pair.client.config.set(NativeOption.DGRAM_SEND_BYTES, 2 * (1 + OVERHEAD_BYTES));
    pair.connect();
    byte[] data = {1, 2, 3};
    for (int i = 0; i < 2; i++) {
      assertThat(client().sendDatagram(now(), data, i, 1, 0)).isZero();
    }
    assertThat(client().datagramState().sendSpace()).isZero();
    assertThat(client().sendDatagram(now(), data, 2, 1, 0)).isEqualTo(NativeStatus.DONE);
    assertThat(client().sendDatagram(now(), data, 2, 1, NativeConnection.DROP_OLDEST)).isZero();
    assertThat(client().stats().get(NativeStats.SEND_DROPPED_DATAGRAMS)).isOne();

    pair.until(() -> server().datagramState().toRead() == 2);
    pair.until(() -> pair.client.seen.contains(NativeEvent.DATAGRAM_WRITABLE));

    byte[] out = new byte[2];
    assertThat(server().receiveDatagram(out, 0, 2)).isOne();
    assertThat(server().receiveDatagram(out, 1, 1)).isOne();
    assertThat(out).containsExactly(2, 3);
    assertThat(pair.client.log.stream().map(Event::kind))
        .containsOnlyOnce(NativeEvent.DATAGRAM_WRITABLE);
  }

  @Test
  void aLateReaderLosesTheOldest() {
    pair.server.config.set(NativeOption.DGRAM_RECV_QUEUE, 1);
    pair.connect();
    for (byte i = 0; i < 3; i++) {
      assertThat(client().sendDatagram(now(), new byte[] {i}, 0, 1, 0)).isZero();
    }
    pair.until(() -> server().stats().get(NativeStats.RECEIVED_DATAGRAMS) == 3);

    byte[] out = new byte[1];
    assertThat(server().receiveDatagram(out, 0, 1)).isOne();
    assertThat(out).containsExactly(2);
    assertThat(server().stats().get(NativeStats.RECEIVE_DROPPED_DATAGRAMS)).isEqualTo(2);
  }

  @Test
  void whoOffersNoneGetsNone() {
    pair.server.config.set(NativeOption.DGRAM_RECV_QUEUE, 0);
    pair.client.dial(pair.server);
    assertThat(client().sendDatagram(now(), new byte[1], 0, 1, 0)).isEqualTo(NativeStatus.STATE);
    pair.until(() -> pair.client.is(NativeState.ESTABLISHED));

    assertThat(client().sendDatagram(now(), new byte[1], 0, 1, 0)).isEqualTo(NativeStatus.STATE);
    assertThat(client().datagramState().maxPayload()).isZero();
  }

  private NativeConnection client() {
    return pair.client.connection();
  }

  private NativeConnection server() {
    return pair.server.connection();
  }

  private static long now() {
    return LoopbackPeer.now();
  }
}
