package dev.dialkey.addressing;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class VectorTest {
  private static final Map<String, Long> COUNT_BY_FN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("blob_ticket.text", 1L),
              Map.entry("custom_addr.from_bytes", 2L),
              Map.entry("custom_addr.parse", 15L),
              Map.entry("endpoint_id.forms", 7L),
              Map.entry("endpoint_id.from_bytes", 32L),
              Map.entry("endpoint_id.from_z32", 6L),
              Map.entry("endpoint_id.parse", 16L),
              Map.entry("endpoint_ticket.encode", 7L),
              Map.entry("endpoint_ticket.parse", 35L),
              Map.entry("relay_url.equal", 2L),
              Map.entry("relay_url.parse", 30L),
              Map.entry("secret_key.parse", 7L),
              Map.entry("secret_key.public", 5L),
              Map.entry("sign", 3L),
              Map.entry("socket_addr.parse", 18L),
              Map.entry("verify_strict", 9L)));

  @TestFactory
  Stream<DynamicTest> everyVectorHolds() {
    return Vector.all().stream()
        .map(vector -> DynamicTest.dynamicTest(vector.id(), () -> VectorChecks.check(vector)));
  }

  @Test
  void everyVectorOfTheFileIsExecutedAndNoneIsLost() {
    List<Vector> executed = new ArrayList<>();
    for (Vector vector : Vector.all()) {
      VectorChecks.check(vector);
      executed.add(vector);
    }

    assertThat(executed).hasSize(195).hasSize(Vector.file().get("count").asInt());
    assertThat(executed.stream().filter(vector -> !vector.valid()))
        .hasSize(86)
        .hasSize(Vector.file().get("invalid").asInt());
    Map<String, Long> countByFn =
        executed.stream().collect(groupingBy(Vector::fn, TreeMap::new, counting()));
    assertThat(countByFn).isEqualTo(COUNT_BY_FN);
  }
}
