package dev.dialkey.internal.endpoint;

import dev.dialkey.EndpointClosedException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Orders what an endpoint does and its closing: once it is closed nothing begins any more, and what
 * had begun is over. Thread-safe.
 */
final class OpenGate {

  /** Something short that needs the endpoint's native objects. */
  interface Work<T> {
    T run() throws IOException;
  }

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Volatile: looked at without the lock where a late answer is harmless. */
  private volatile boolean closed;

  boolean isClosed() {
    return closed;
  }

  /** Does the work, unless the endpoint is closed. */
  <T> T enter(Work<T> work) throws IOException {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new EndpointClosedException();
      }
      return work.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Does the work, or nothing once the endpoint is closed; false then. */
  boolean enterIfOpen(Runnable work) {
    lock.readLock().lock();
    try {
      if (!closed) {
        work.run();
      }
      return !closed;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Closes it; true for the first call. */
  boolean close() {
    lock.writeLock().lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
