package dev.dialkey.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerStreamIdsTest {

  @Test
  void everyIdIsSeenForTheFirstTimeOnce() {
    var ids = new PeerStreamIds();
    for (long index = 0; index < 20_000; index++) {
      assertThat(ids.firstSight(index * 4 + 1)).isTrue();
      assertThat(ids.firstSight(index * 4 + 1)).isFalse();
      assertThat(ids.firstSight(index / 2 * 4 + 1)).isFalse();
    }
  }

  @Test
  void orderDoesNotMatter() {
    for (long seed = 0; seed < 30; seed++) {
      var random = new Random(seed);
      var ids = new PeerStreamIds();
      Set<Long> model = new HashSet<>();
      long highest = 0;
      for (int step = 0; step < 20_000; step++) {
        long index = Math.max(0, highest + random.nextInt(200) - 150);
        highest = Math.max(highest, index);
        assertThat(ids.firstSight(index * 4)).as("seed %s", seed).isEqualTo(model.add(index));
      }
    }
  }

  @Test
  void streamThePeerNeverUsesCostsABoundedMemoryAndThenCountsAsSeen() {
    var ids = new PeerStreamIds();
    for (long index = 1; index <= PeerStreamIds.MAX_SPAN; index++) {
      assertThat(ids.firstSight(index * 4)).isTrue();
    }
    assertThat(ids.firstSight(0)).isFalse(); // Given up.
    assertThat(ids.firstSight(4)).isFalse();
    assertThat(ids.firstSight((PeerStreamIds.MAX_SPAN + 1L) * 4)).isTrue();
  }

  @Test
  void leapToTheHighestIdIsTaken() {
    var ids = new PeerStreamIds();
    long highest = (1L << 62) - 4;
    assertThat(ids.firstSight(0)).isTrue();
    assertThat(ids.firstSight(highest)).isTrue();
    assertThat(ids.firstSight(highest)).isFalse();
    assertThat(ids.firstSight(highest - 4)).isTrue();
    assertThat(ids.firstSight(0)).isFalse();
  }
}
