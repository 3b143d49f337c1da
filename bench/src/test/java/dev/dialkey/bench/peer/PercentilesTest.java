package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

  @Test
  void aPercentileIsATimeThatWasMeasured() {
    Percentiles thousand = new Percentiles(LongStream.rangeClosed(1, 1000).toArray());

    assertThat(thousand.nanos(500)).isEqualTo(500);
    assertThat(thousand.nanos(990)).isEqualTo(990);
    assertThat(thousand.nanos(999)).isEqualTo(999);
    assertThat(thousand.nanos(1000)).isEqualTo(1000);
  }

  @Test
  void ranksAreRoundedUp() {
    Percentiles three = new Percentiles(new long[] {30, 10, 20});

    assertThat(three.nanos(1)).isEqualTo(10);
    assertThat(three.nanos(333)).isEqualTo(10);
    assertThat(three.nanos(334)).isEqualTo(20);
    assertThat(three.nanos(999)).isEqualTo(30);
  }

  @Test
  void theTimesGivenStayAsTheyAre() {
    long[] nanos = {3, 1, 2};

    assertThat(new Percentiles(nanos).nanos(500)).isEqualTo(2);
    assertThat(nanos).containsExactly(3, 1, 2);
  }

  @Test
  void withoutTimesThereIsNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Percentiles(new long[0]));
  }
}
