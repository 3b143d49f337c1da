package dev.dialkey.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ByteCountTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "3K, 3000",
    "1M, 1000000",
    "2G, 2000000000",
    "4KiB, 4096",
    "64MiB, 67108864",
    "1gib, 1073741824"
  })
  void readsUnits(String text, long bytes) throws Exception {
    assertThat(new ByteCount().convert(text)).isEqualTo(bytes);
  }

  @Test
  void writesShortForms() {
    assertThat(ByteCount.format(0)).isEqualTo("0 bytes");
    assertThat(ByteCount.format(1_000_000)).isEqualTo("976.6 KiB");
    assertThat(ByteCount.format(64 << 20)).isEqualTo("64 MiB");
    assertThat(ByteCount.format(5L << 40)).isEqualTo("5120 GiB");
  }
}
