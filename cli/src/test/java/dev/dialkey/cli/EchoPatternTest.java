package dev.dialkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class EchoPatternTest {

  @Test
  void bytesDependOnPositionAndNotOnHowTheyAreCut() {
    var pattern = new EchoPattern(3);
    var whole = new byte[EchoProtocol.CHUNK_BYTES];
    pattern.fill(0, whole, whole.length);
    for (int position = 0; position < 40; position++) {
      for (int length = 0; length < 40; length++) {
        var part = new byte[length];
        pattern.fill(position, part, length);
        assertThat(part).isEqualTo(Arrays.copyOfRange(whole, position, position + length));
        assertThat(pattern.mismatch(position, part, length)).isEqualTo(-1);
      }
    }
  }

  @Test
  void largestChunkFitsAtEveryAlignment() {
    var pattern = new EchoPattern(0);
    var chunk = new byte[EchoProtocol.CHUNK_BYTES];
    for (long position = 1_000_000_000_000L; position < 1_000_000_000_008L; position++) {
      pattern.fill(position, chunk, chunk.length);
      assertThat(pattern.mismatch(position, chunk, chunk.length)).isEqualTo(-1);
      assertThat(pattern.mismatch(position + 8, chunk, chunk.length)).isZero();
    }
  }

  @Test
  void everyChangedByteAndEveryOtherStreamIsFound() {
    var pattern = new EchoPattern(1);
    var chunk = new byte[64];
    pattern.fill(5, chunk, chunk.length);
    for (int i = 0; i < chunk.length; i++) {
      chunk[i] ^= 1;
      assertThat(pattern.mismatch(5, chunk, chunk.length)).isEqualTo(i);
      chunk[i] ^= 1;
    }
    assertThat(new EchoPattern(2).mismatch(5, chunk, chunk.length)).isNotNegative();
  }
}
