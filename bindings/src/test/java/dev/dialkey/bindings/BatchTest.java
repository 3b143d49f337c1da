package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeLeakCheck.class)
class BatchTest {
  private static final NativeAddress ONE =
      NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1111));
  private static final NativeAddress TWO =
      NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 2222));

  @Test
  void aSingleDatagramIsReadAsItWasSet() {
    try (NativeMemory memory = new NativeMemory()) {
      PacketBatch batch = memory.newPacketBatch();
      assertThat(batch.size()).isZero();

      batch.setSingle(new byte[] {-1, 2, 3, 4, 5, 6, 7, 8, 9}, ONE, TWO);

      assertThat(batch.size()).isOne();
      assertThat(batch.length(0)).isEqualTo(9);
      assertThat(batch.byteAt(0, 0)).isEqualTo(255);
      assertThat(batch.intAt(0, 1)).isEqualTo(0x02030405);
      assertThat(batch.longAt(0, 1)).isEqualTo(0x0203040506070809L);
      assertThat(batch.copy(0, 7, 2)).containsExactly(8, 9);
      assertThat(batch.from(0)).isEqualTo(ONE);
      assertThat(batch.to(0)).isEqualTo(TWO);
      assertThat(batch.isFrom(0, ONE)).isTrue();
      assertThat(batch.isFrom(0, TWO)).isFalse();

      batch.readdress(0, TWO, ONE);

      assertThat(batch.from(0)).isEqualTo(TWO);
      assertThat(batch.to(0)).isEqualTo(ONE);
    }
  }

  @Test
  void noDatagramIsLongerThanUdpAllows() {
    byte[] tooLong = new byte[65_536];
    try (NativeMemory memory = new NativeMemory()) {
      assertThatThrownBy(() -> memory.newPacketBatch().setSingle(tooLong, ONE, TWO))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> memory.newTransmitBatch().setSingle(tooLong, ONE, TWO))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void entriesThatAreNotThereAreNotFed() throws Exception {
    try (LoopbackPeer peer = LoopbackPeer.open("127.0.0.1")) {
      peer.dial(peer);
      peer.received.setSingle(new byte[100], ONE, TWO);

      for (int[] range : new int[][] {{0, 2}, {1, 1}, {-1, 1}, {0, -1}, {Integer.MAX_VALUE, 1}}) {
        assertThatThrownBy(() -> peer.connection().receive(0, peer.received, range[0], range[1]))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> peer.socket.send(peer.toSend, range[0], range[1]))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThat(peer.connection().receive(LoopbackPeer.now(), peer.received, 0, 1)).isOne();
    }
  }

  @Test
  void datagramsCrossAndCanBeSentElsewhere() throws Exception {
    try (LoopbackPeer sender = LoopbackPeer.open("127.0.0.1");
        LoopbackPeer receiver = LoopbackPeer.open("127.0.0.1")) {
      assertThat(sender.toSend.mayBeCutShort()).isFalse();
      sender.toSend.setSingle(new byte[] {7, 8, 9}, NativeAddress.NONE, ONE);
      assertThat(sender.toSend.to(0)).isEqualTo(ONE);

      sender.toSend.redirect(0, receiver.address());

      assertThat(sender.toSend.to(0)).isEqualTo(receiver.address());
      assertThat(sender.toSend.size()).isOne();
      assertThat(sender.toSend.mayBeCutShort()).isFalse();
      assertThat(sender.socket.send(sender.toSend, 0, 1)).isOne();
      receiver.awaitDatagrams();
      assertThat(receiver.received.copy(0, 0, receiver.received.length(0)))
          .containsExactly(7, 8, 9);
      assertThat(receiver.received.from(0)).isEqualTo(sender.address());
      assertThat(receiver.received.to(0)).isEqualTo(receiver.address());
      assertThat(sender.socket.stats().sentDatagrams()).isOne();
      assertThat(receiver.socket.stats().receivedBytes()).isEqualTo(3);
    }
  }

  @Test
  void slotsAreReusedAndNeverShared() {
    try (NativeMemory memory = new NativeMemory()) {
      ResultSlots slots = memory.newResultSlots();
      List<Long> addresses = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        addresses.add(slots.take().address());
      }
      assertThat(addresses).doesNotHaveDuplicates();
      assertThat(addresses.stream().mapToLong(a -> a).sorted().toArray())
          .satisfies(sorted -> {
            for (int i = 1; i < sorted.length; i++) {
              assertThat(sorted[i] - sorted[i - 1]).isGreaterThanOrEqualTo(ResultSlots.SLOT_BYTES);
            }
          });
    }
  }

  @Test
  void aFailedDialGivesItsSlotBack() throws Exception {
    try (LoopbackPeer peer = LoopbackPeer.open("127.0.0.1")) {
      long first = peer.slots.take().address();
      byte[] noAlpn = new byte[0];
      for (int i = 0; i < 1_000; i++) {
        assertThatThrownBy(() ->
                NativeConnection.connect(
                    peer.config, peer.slots, peer.publicKey, noAlpn, NativeAddress.NONE, ONE, 0))
            .isInstanceOf(NativeException.class);
      }
      // The piece of 256 slots is still the same.
      assertThat(Math.abs(peer.slots.take().address() - first))
          .isLessThan(256L * ResultSlots.SLOT_BYTES);
    }
  }
}
