package dev.dialkey.internal.event;

import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Events;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.WaitQueue;
import dev.dialkey.internal.connection.Waiting;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of events for one reader. Thread-safe; {@link #add} and {@link #end} may be
 * called under a lock, for they run no user code.
 */
public final class EventQueue<T> implements Events<T>, Delivery.Source<T> {
  /** Enough for a burst of changes; more say that the reader has stopped reading. */
  static final int MAX_EVENTS = 64;

  private final LongFunction<T> lagged;
  private final Executor executor;
  private final Machine machine;
  private final Consumer<EventQueue<T>> onClose;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final WaitQueue readers = new WaitQueue();
  private final ArrayDeque<T> events = new ArrayDeque<>();
  private long missed;
  private boolean over;
  private @Nullable Delivery<T> delivery;

  /**
   * A queue.
   *
   * @param lagged makes the event that says how many are missing
   * @param onClose called when the reader closes it
   */
  public EventQueue(
      LongFunction<T> lagged, Executor executor, Machine machine, Consumer<EventQueue<T>> onClose) {
    this.machine = machine;
    this.lagged = lagged;
    this.executor = executor;
    this.onClose = onClose;
  }

  /** Adds an event, for which the oldest goes when there is no room. */
  public void add(T event) {
    Delivery<T> reader;
    lock.lock();
    try {
      if (over) {
        return;
      }
      if (events.size() == MAX_EVENTS) {
        events.remove();
        missed++;
      }
      events.add(event);
      readers.wakeOne();
      reader = delivery;
    } finally {
      lock.unlock();
    }
    if (reader != null) {
      reader.signal();
    }
  }

  /** Nothing more will happen; what waits may still be taken. */
  public void end() {
    Delivery<T> reader;
    lock.lock();
    try {
      over = true;
      readers.wakeAll();
      reader = delivery;
    } finally {
      lock.unlock();
    }
    if (reader != null) {
      reader.signal();
    }
  }

  @Override
  public Optional<T> take() throws IOException {
    return poll(Duration.ofNanos(Long.MAX_VALUE));
  }

  @Override
  public Optional<T> poll(Duration timeout) throws IOException {
    try {
      return Waiting.until(
          machine,
          lock,
          readers,
          "wait for an event",
          Deadline.after(machine, timeout),
          this::nextOrOver);
    } catch (DialkeyTimeoutException e) {
      return Optional.empty();
    }
  }

  /** Empty when there will be none, null when there may. */
  @SuppressWarnings("NullableOptional")
  private @Nullable Optional<T> nextOrOver() {
    T next = next();
    return (next != null || over) ? Optional.ofNullable(next) : null;
  }

  @Override
  public Flow.Publisher<T> publisher() {
    return subscriber -> {
      var started = new Delivery<T>(executor, this, subscriber);
      lock.lock();
      try {
        if (delivery != null) {
          throw new IllegalStateException("the events have a subscriber already");
        }
        delivery = started;
      } finally {
        lock.unlock();
      }
      started.start();
    };
  }

  @Override
  public void close() {
    lock.lock();
    try {
      events.clear();
      missed = 0;
    } finally {
      lock.unlock();
    }
    end();
    onClose.accept(this);
  }

  @Override
  public @Nullable T next() {
    lock.lock();
    try {
      if (missed > 0) {
        T event = lagged.apply(missed);
        missed = 0;
        return event;
      }
      return events.poll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isOver() {
    lock.lock();
    try {
      return over && events.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cancelled() {
    close();
  }
}
