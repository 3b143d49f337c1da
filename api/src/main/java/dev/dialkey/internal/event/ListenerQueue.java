package dev.dialkey.internal.event;

import dev.dialkey.EndpointListener;
import dev.dialkey.internal.loop.EndpointCounters;
import dev.dialkey.internal.machine.Machine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;

/** Calls for listeners, in order, on a virtual thread while there are any. Thread-safe. */
final class ListenerQueue {
  /** A listener that is this far behind does not listen. */
  static final int MAX_CALLS = 1_024;

  private static final Logger LOG = System.getLogger("dev.dialkey.event");

  private final EndpointListener listener;
  private final EndpointCounters counters;
  private final ArrayBlockingQueue<Consumer<EndpointListener>> calls =
      new ArrayBlockingQueue<>(MAX_CALLS);
  private final SerialTask task;

  ListenerQueue(EndpointListener listener, EndpointCounters counters, Machine machine) {
    this.listener = listener;
    this.counters = counters;
    this.task = new SerialTask(call -> machine.run("dialkey-listener", call), this::callAll);
  }

  void add(Consumer<EndpointListener> call) {
    if (calls.offer(call)) {
      task.signal();
    } else {
      counters.listenerDropped.increment();
    }
  }

  private void callAll() {
    for (var call = calls.poll(); call != null; call = calls.poll()) {
      try {
        call.accept(listener);
      } catch (RuntimeException | Error e) { // The calls behind it must not be lost.
        LOG.log(Level.WARNING, "a listener failed", e);
      }
    }
  }
}
