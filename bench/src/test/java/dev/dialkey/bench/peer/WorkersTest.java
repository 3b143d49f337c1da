package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 200})
  void eachIsDoneOnce(int inFlight) throws IOException, InterruptedException {
    AtomicIntegerArray done = new AtomicIntegerArray(100);

    Workers.run(done.length(), inFlight, (_, index) -> done.incrementAndGet(index));

    for (int i = 0; i < done.length(); i++) {
      assertThat(done.get(i)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void oneFailureFailsAll(int inFlight) {
    assertThatIOException()
        .isThrownBy(() ->
            Workers.run(
                100,
                inFlight,
                (_, index) -> {
                  if (index == 5) {
                    throw new IOException("the fifth failed");
                  }
                }))
        .withMessageContaining("the fifth failed");
  }

  @Test
  void workersAreTold() throws IOException, InterruptedException {
    AtomicIntegerArray byWorker = new AtomicIntegerArray(4);

    Workers.run(100, 4, (worker, _) -> byWorker.incrementAndGet(worker));

    int sum = 0;
    for (int i = 0; i < byWorker.length(); i++) {
      sum += byWorker.get(i);
    }
    assertThat(sum).isEqualTo(100);
  }
}
