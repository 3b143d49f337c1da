package dev.dialkey.cli.perfpeer;

import dev.dialkey.cli.shell.Tasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Does one thing many times, on several threads at once. Stateless. */
final class Workers {

  /** Does it once. */
  interface Step {
    void run() throws IOException;
  }

  /** Makes the step of each thread. */
  interface Steps {
    Step make();
  }

  private Workers() {}

  /**
   * Returns when all is done, or with the first failure when all have stopped.
   *
   * @return how long it took
   */
  static long run(ExecutorService threads, int times, int concurrent, Steps steps)
      throws IOException {
    CompletionService<Boolean> workers = new ExecutorCompletionService<>(threads);
    List<Future<Boolean>> started = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < concurrent; i++) {
      int share = times / concurrent + (i < times % concurrent ? 1 : 0);
      started.add(workers.submit(() -> repeat(steps.make(), share)));
    }
    boolean done = false;
    try {
      for (int i = 0; i < concurrent; i++) {
        Tasks.result(workers.take());
      }
      done = true;
      return System.nanoTime() - start;
    } catch (InterruptedException e) {
      throw Tasks.interrupted();
    } finally {
      if (!done) {
        started.forEach(worker -> worker.cancel(true));
      }
    }
  }

  private static boolean repeat(Step step, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      step.run();
    }
    return true;
  }
}
