package dev.dialkey.internal.endpoint;

import dev.dialkey.EndpointClosedException;
import dev.dialkey.Watch;
import dev.dialkey.addressing.EndpointAddr;
import dev.dialkey.internal.event.Watched;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Tells of changes of an endpoint's own address. The system is asked every few seconds, by a
 * virtual thread that runs once somebody watches. Thread-safe.
 */
final class AddressWatch {
  private static final long INTERVAL_SECONDS = 5;

  private final Supplier<EndpointAddr> source;
  private final Watched<EndpointAddr> watched;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition poked = lock.newCondition();

  // Guarded by lock.
  private boolean started;
  private boolean pending;
  private boolean closed;

  AddressWatch(Supplier<EndpointAddr> source, Executor executor) {
    this.source = source;
    this.watched = new Watched<>(source, executor);
  }

  Watch<EndpointAddr> watch() {
    lock.lock();
    try {
      if (!started && !closed) {
        started = true;
        Thread.ofVirtual().name("dialkey-addresses").start(this::run);
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
      poked.signal();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      poked.signal();
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
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(INTERVAL_SECONDS);
      while (!closed && !pending && left > 0) {
        left = poked.awaitNanos(left);
      }
      pending = false;
      return !closed;
    } catch (InterruptedException e) {
      return false; // Nobody has a reference to interrupt it by.
    } finally {
      lock.unlock();
    }
  }
}
