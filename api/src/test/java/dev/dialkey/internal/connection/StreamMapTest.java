package dev.dialkey.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamMapTest {

  @Test
  void emptyMapHasNothing() {
    var map = new StreamMap();
    assertThat(map.get(0)).isNull();
    map.remove(0);
    assertThat(map.size()).isZero();
  }

  @Test
  void behavesLikeAHashMap() {
    for (long seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      var map = new StreamMap();
      Map<Long, StreamState> model = new HashMap<>();
      for (int step = 0; step < 3_000; step++) {
        long id = id(random);
        if (random.nextInt(5) < 3 && !model.containsKey(id)) {
          StreamState stream = StreamState.bare(id);
          map.put(stream);
          model.put(id, stream);
        } else {
          map.remove(id);
          model.remove(id);
        }
        assertThat(map.get(id)).as("seed %s", seed).isSameAs(model.get(id));
        assertThat(map.size()).as("seed %s", seed).isEqualTo(model.size());
      }
      model.forEach((id, stream) -> assertThat(map.get(id)).isSameAs(stream));
      Set<StreamState> visited = new HashSet<>();
      map.forEach(visited::add);
      assertThat(visited).containsExactlyInAnyOrderElementsOf(model.values());
    }
  }

  /** Close together, as ids usually are, and now and then far apart or in one slot. */
  private static long id(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(100);
      case 1 -> random.nextInt(20) * 1_024L;
      default -> random.nextLong() & ((1L << 62) - 1) & ~0xfffffffL;
    };
  }

  @Test
  void streamsMayBeRemovedWhileAllAreVisited() {
    var map = new StreamMap();
    for (long id = 0; id < 100; id++) {
      map.put(StreamState.bare(id));
    }
    map.forEach(stream -> map.remove(stream.id()));
    assertThat(map.size()).isZero();
  }
}
