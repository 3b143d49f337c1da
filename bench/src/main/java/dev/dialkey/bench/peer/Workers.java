package dev.dialkey.bench.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Does the same many times, some of it at a time, where the transport blocks its callers. */
final class Workers {

  /** What is done many times. */
  interface Task {

    /**
     * Does it once.
     *
     * @param worker which of the workers calls, from 0
     * @param index how many times it was done before
     */
    void run(int worker, int index) throws IOException;
  }

  private Workers() {}

  static void run(int count, int inFlight, Task task) throws IOException, InterruptedException {
    AtomicInteger next = new AtomicInteger();
    if (inFlight == 1) {
      // A second thread would be part of what is measured.
      work(0, next, count, task);
      return;
    }
    List<Future<?>> workers = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(inFlight, count); i++) {
        int worker = i;
        workers.add(
            executor.submit(() -> {
              work(worker, next, count, task);
              return null;
            }));
      }
    }
    for (Future<?> worker : workers) {
      join(worker);
    }
  }

  private static void work(int worker, AtomicInteger next, int count, Task task)
      throws IOException {
    boolean done = false;
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        task.run(worker, i);
      }
      done = true;
    } finally {
      if (!done) {
        // The others need not go on for a figure that will not be told.
        next.set(count);
      }
    }
  }

  private static void join(Future<?> worker) throws IOException, InterruptedException {
    try {
      worker.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
