package dev.dialkey.internal.endpoint;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.EndpointClosedException;
import dev.dialkey.Watch;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.WaitQueue;
import dev.dialkey.internal.connection.Waiting;
import dev.dialkey.internal.event.Watched;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Tells of changes of an endpoint's own address. The system is asked every few seconds, by a
 * virtual thread that runs once somebody watches. Thread-safe.
 */
final class AddressWatch {
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final Supplier<EndpointAddr> source;
  private final Machine machine;
  private final Watched<EndpointAddr> watched;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final WaitQueue poked = new WaitQueue();
  private boolean started;
  private boolean pending;
  private boolean closed;

  AddressWatch(Supplier<EndpointAddr> source, Executor executor, Machine machine) {
    this.machine = machine;
    this.source = source;
    this.watched = new Watched<>(source, executor, machine);
  }

  Watch<EndpointAddr> watch() {
    lock.lock();
    try {
      if (!started && !closed) {
        started = true;
        machine.run("dialkey-addresses", this::run);
      }
      return watched;
    } finally {
      lock.unlock();
    }
  }

  /** Looks at once, if anybody watches. */
  void poke() {
    lock.lock();
    try {
      pending = true;
      poked.wakeAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      poked.wakeAll();
    } finally {
      lock.unlock();
    }
    watched.end(EndpointClosedException::new);
  }

  private void run() {
    EndpointAddr known = source.get();
    watched.changed(); // It may have changed between a watcher's first look and ours.
    while (awaitInterval()) {
      EndpointAddr now = source.get();
      if (!now.equals(known)) {
        known = now;
        watched.changed();
      }
    }
  }

  /** False once it is closed. */
  private boolean awaitInterval() {
    try {
      Waiting.until(
          machine,
          lock,
          poked,
          "look at the addresses",
          Deadline.after(machine, INTERVAL),
          () -> (closed || pending) ? Boolean.TRUE : null);
    } catch (DialkeyTimeoutException e) {
      // The interval is over.
    } catch (IOException e) {
      return false; // Nobody has a reference to interrupt it by.
    }
    return !isClosed();
  }

  private boolean isClosed() {
    lock.lock();
    try {
      pending = false;
      return closed;
    } finally {
      lock.unlock();
    }
  }
}
