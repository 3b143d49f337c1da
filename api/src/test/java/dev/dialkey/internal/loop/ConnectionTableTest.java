package dev.dialkey.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionTableTest {

  @Test
  void idBelongsToTheFirstConnection() {
    var table = new ConnectionTable();
    FakeDriven first = new FakeDriven();
    FakeDriven second = new FakeDriven();
    assertThat(table.putIfAbsent(7, first)).isTrue();
    assertThat(table.putIfAbsent(7, first)).isTrue();
    assertThat(table.putIfAbsent(7, second)).isFalse();
    table.remove(7, second);
    assertThat(table.get(7)).isSameAs(first);
    table.remove(7, first);
    assertThat(table.get(7)).isNull();
    assertThat(table.putIfAbsent(7, second)).isTrue();
    assertThat(table.get(7)).isSameAs(second);
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void behavesLikeAHashMap() {
    for (long seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      var table = new ConnectionTable();
      Map<Long, FakeDriven> model = new HashMap<>();
      List<FakeDriven> connections = List.of(new FakeDriven(), new FakeDriven(), new FakeDriven());
      for (int step = 0; step < 20_000; step++) {
        // Few ids in the first half, so that tombstones are used again; then many.
        long id = random.nextInt(step < 10_000 ? 100 : 5_000) * 0x1_0000_0001L;
        FakeDriven connection = connections.get(random.nextInt(3));
        if (random.nextBoolean()) {
          FakeDriven present = model.putIfAbsent(id, connection);
          boolean added = present == null || present.equals(connection);
          assertThat(table.putIfAbsent(id, connection)).as("seed %s", seed).isEqualTo(added);
        } else {
          table.remove(id, connection);
          model.remove(id, connection);
        }
        assertThat(table.get(id)).as("seed %s", seed).isSameAs(model.get(id));
      }
      assertThat(table.size()).isEqualTo(model.size());
      model.forEach((id, connection) -> assertThat(table.get(id)).isSameAs(connection));
    }
  }

  @Test
  void tableFullOfTombstonesIsRebuiltAndNotGrown() {
    var table = new ConnectionTable();
    FakeDriven connection = new FakeDriven();
    for (long id = 0; id < 1_000_000; id++) {
      table.putIfAbsent(id, connection);
      table.remove(id, connection);
    }
    assertThat(table.size()).isZero();
    assertThat(table.get(999_999)).isNull(); // And a look-up ends.
  }

  @Test
  void readersFindWhatStaysWhileOthersComeAndGo() throws Exception {
    var table = new ConnectionTable();
    FakeDriven staying = new FakeDriven();
    FakeDriven passing = new FakeDriven();
    for (long id = 0; id < 50; id++) {
      table.putIfAbsent(-1 - id, staying);
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicBoolean lost = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int reader = 0; reader < 2; reader++) {
      threads.add(Thread.ofPlatform().start(() -> look(table, staying, stop, lost)));
    }
    for (int writer = 0; writer < 2; writer++) {
      long base = writer * 1_000_000L;
      threads.add(Thread.ofPlatform().start(() -> comeAndGo(table, passing, base)));
    }
    threads.get(2).join();
    threads.get(3).join();
    stop.set(true);
    threads.get(0).join();
    threads.get(1).join();
    assertThat(lost).isFalse();
    assertThat(table.size()).isEqualTo(50);
  }

  private static void look(
      ConnectionTable table, Driven staying, AtomicBoolean stop, AtomicBoolean lost) {
    while (!stop.get()) {
      for (long id = 0; id < 50; id++) {
        if (!staying.equals(table.get(-1 - id))) {
          lost.set(true);
        }
      }
    }
  }

  private static void comeAndGo(ConnectionTable table, Driven passing, long base) {
    for (int round = 0; round < 300; round++) {
      int count = round % 300;
      for (long id = base; id < base + count; id++) {
        table.putIfAbsent(id, passing);
      }
      for (long id = base; id < base + count; id++) {
        table.remove(id, passing);
      }
    }
  }
}
