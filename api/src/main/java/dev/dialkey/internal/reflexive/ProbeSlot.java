package dev.dialkey.internal.reflexive;

import java.net.InetSocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one probe, which may be closed before it is there. Turns what it hears into
 * inputs. Thread-safe.
 */
final class ProbeSlot implements ServerConnection.Listener {
  private final Probe probe;
  private final Consumer<Input> inputs;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable ServerConnection connection;
  private boolean closed;

  /** Volatile: only looked at for a line in the log. */
  private volatile boolean observed;

  ProbeSlot(Probe probe, Consumer<Input> inputs) {
    this.probe = probe;
    this.inputs = inputs;
  }

  @Override
  public void observed(InetSocketAddress address, long rttNanos) {
    observed = true;
    inputs.accept(new Input.Observed(probe, address, rttNanos));
  }

  @Override
  public void alive(long rttNanos) {
    inputs.accept(new Input.Alive(probe, rttNanos));
  }

  @Override
  public void failed(String reason) {
    inputs.accept(new Input.Failed(probe, reason));
  }

  boolean hasObserved() {
    return observed;
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** The connection is there; closes it when it is not wanted any more. */
  void opened(ServerConnection made) {
    lock.lock();
    try {
      connection = made;
      if (!closed) {
        return;
      }
    } finally {
      lock.unlock();
    }
    made.close();
  }

  void ping() {
    ServerConnection open = current();
    if (open != null) {
      open.ping();
    }
  }

  void close() {
    ServerConnection open;
    lock.lock();
    try {
      closed = true;
      open = connection;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  private @Nullable ServerConnection current() {
    lock.lock();
    try {
      return connection;
    } finally {
      lock.unlock();
    }
  }
}
