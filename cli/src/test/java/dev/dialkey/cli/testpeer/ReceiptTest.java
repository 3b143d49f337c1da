package dev.dialkey.cli.testpeer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReceiptTest {
  private static final long MILLI = 1_000_000;

  @Test
  void pauseCountsInTheWindowInWhichItEnds() {
    var receipt = new Receipt(0);
    assertThat(receipt.arrived(10, 99 * MILLI)).isEmpty();
    assertThat(receipt.window(150 * MILLI)).isEqualTo(new Receipt.Window(10, 0, 99, 51, 0));
    assertThat(receipt.window(350 * MILLI)).isEqualTo(new Receipt.Window(10, 0, 0, 251, 0));
    assertThat(receipt.arrived(5, 399 * MILLI)).isEqualTo(OptionalLong.of(300 * MILLI));
    assertThat(receipt.arrived(5, 400 * MILLI)).isEmpty();
    assertThat(receipt.window(410 * MILLI)).isEqualTo(new Receipt.Window(20, 0, 300, 10, 0));
    assertThat(receipt.maxGapMillis()).isEqualTo(300);
    assertThat(receipt.seconds(500 * MILLI)).isEqualTo(0.5);
  }

  @Test
  void oldestChunkOfAWindowCounts() {
    var receipt = new Receipt(0);
    receipt.chunk(3);
    receipt.chunk(7);
    receipt.chunk(5);
    assertThat(receipt.window(0)).isEqualTo(new Receipt.Window(0, 3, 0, 0, 7));
    assertThat(receipt.window(0)).isEqualTo(new Receipt.Window(0, 3, 0, 0, 0));
  }

  @Test
  void headerHasTheBytesOfTheContract() {
    var header = new StreamHeader(3, 0x10203, 0x80000000L, 5);
    var bytes = new byte[StreamHeader.BYTES];
    header.encode().get(bytes);
    assertThat(bytes)
        .containsExactly(
            'N', 'L', 'B', '1', 3, 0, 0, 0, 0, 1, 2, 3, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5);
    assertThat(StreamHeader.decode(ByteBuffer.wrap(bytes))).isEqualTo(header);
  }

  @ParameterizedTest
  @CsvSource({"4, 16, 0, 0", "1, 15, 0, 0", "1, 1048577, 0, 0", "1, 16, -1, 0", "1, 16, 0, -1"})
  void hostileHeadersAreRefused(int flags, long chunk, long interval, long chunks) {
    assertThatThrownBy(() -> new StreamHeader(flags, chunk, interval, chunks))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void otherMagicIsRefused() {
    ByteBuffer bytes = new StreamHeader(1, 16, 0, 0).encode();
    bytes.put(0, (byte) 'X');
    assertThatThrownBy(() -> StreamHeader.decode(bytes)).hasMessageContaining("NLB1");
  }
}
