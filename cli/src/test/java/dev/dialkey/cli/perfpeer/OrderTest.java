package dev.dialkey.cli.perfpeer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OrderTest {

  @Test
  void everyFormIsRead() throws Exception {
    Map<String, Order> orders =
        Map.of(
            "bulk 1073741824", new Order.Bulk(1L << 30),
            "lat 1", new Order.Latency(1),
            "rps 100 64", new Order.Rate(100, 64),
            "hs 10 1", new Order.Handshakes(10, 1),
            "idle 1980", new Order.Idle(1_980),
            "dgram 5 0", new Order.Datagrams(5, 0),
            "stats", new Order.Statistics(),
            "  rps \t 100  64 ", new Order.Rate(100, 64));
    for (Map.Entry<String, Order> order : orders.entrySet()) {
      assertThat(Order.parse(order.getKey())).isEqualTo(order.getValue());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "dance", "BULK 1", "bulks 1", "0"})
  void otherLinesAreToldWhatThereIs(String line) {
    assertThatThrownBy(() -> Order.parse(line))
        .isInstanceOf(BadOrderException.class)
        .hasMessageContaining("bulk N, ")
        .hasMessageContaining("dgram N R");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rps", "rps 1", "rps 1 2 3"})
  void otherCountsOfNumbersAreToldTheForm(String line) {
    assertThatThrownBy(() -> Order.parse(line))
        .isInstanceOf(BadOrderException.class)
        .hasMessageEndingWith(": rps N C");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bulk 0",
        "bulk -1",
        "bulk 1.5",
        "bulk 1MiB",
        "bulk 99999999999999999999",
        "lat 0",
        "lat 20000001",
        "rps 1 0",
        "rps 1 1025",
        "hs 0 1",
        "idle 10001",
        "dgram 1 -1"
      })
  void numbersOutOfRangeAreToldTheRange(String line) {
    assertThatThrownBy(() -> Order.parse(line))
        .isInstanceOf(BadOrderException.class)
        .hasMessageContaining("a number from ");
  }

  @Test
  void outcomeIsOneLine() {
    assertThat(Outcome.of(1_500).line()).isEqualTo("ok 0.000001500");
    assertThat(Outcome.of(2_000_000_000).with("lost", 3L).with("rate", 12.34).line())
        .isEqualTo("ok 2.000000000 lost=3 rate=12.3");
  }
}
