package dev.dialkey.holepunch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PathIdTest {
  @Test
  void everyNumberOf32BitsIsAPathId() {
    assertThat(new PathId(0)).isEqualTo(PathId.ZERO);
    assertThat(new PathId(4_294_967_295L).value()).isEqualTo(PathId.MAX_VALUE);
  }

  @Test
  void numbersBeyond32BitsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new PathId(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> new PathId(4_294_967_296L));
  }

  @Test
  void pathsSortByNumberAlsoAboveTheRangeOfInt() {
    assertThat(new PathId(0x8000_0000L)).isGreaterThan(new PathId(0x7fff_ffffL));
  }

  @Test
  void textIsTheNumber() {
    assertThat(new PathId(7)).hasToString("7");
  }
}
