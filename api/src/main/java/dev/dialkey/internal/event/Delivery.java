package dev.dialkey.internal.event;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Delivers to one subscriber what a source has, as far as it asks for it. Thread-safe; the
 * subscriber is called on the executor, one call at a time.
 */
final class Delivery<T> implements Flow.Subscription {

  /** Where the elements come from. */
  interface Source<T> {
    /** The next element, null when there is none for now. */
    @Nullable T next();

    /** Whether there will be no more, now that {@link #next} gave none. */
    boolean isOver();

    /** The subscriber wants no more. */
    void cancelled();
  }

  private final Source<T> source;
  private final Flow.Subscriber<? super T> subscriber;
  private final SerialTask task;
  private final AtomicLong demand = new AtomicLong();
  private boolean subscribed; // Touched by the task alone.

  /** Volatile: set by whoever ends it, looked at by the task. */
  private volatile boolean done;

  /** Volatile: set by the subscriber's thread, looked at by the task. */
  private volatile boolean badRequest;

  Delivery(Executor executor, Source<T> source, Flow.Subscriber<? super T> subscriber) {
    this.source = source;
    this.subscriber = Objects.requireNonNull(subscriber);
    this.task = new SerialTask(executor, this::deliver);
  }

  /** What the subscriber hears first, it hears on the executor too: nothing may overtake it. */
  void start() {
    task.signal();
  }

  /** The source has something new, or is over. */
  void signal() {
    task.signal();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      badRequest = true;
    } else {
      demand.accumulateAndGet(n, (old, more) -> old + more < 0 ? Long.MAX_VALUE : old + more);
    }
    task.signal();
  }

  @Override
  public void cancel() {
    done = true;
    source.cancelled();
  }

  private void deliver() {
    if (!done && !subscribed) {
      subscribed = true;
      subscriber.onSubscribe(this);
    }
    if (!done && badRequest) {
      cancel();
      subscriber.onError(new IllegalArgumentException("a demand is positive"));
    }
    while (!done && demand.get() > 0) {
      T element = source.next();
      if (element == null) {
        break;
      }
      if (demand.get() != Long.MAX_VALUE) {
        demand.decrementAndGet();
      }
      task.signal(); // Should it throw, what is behind it comes with the next run.
      subscriber.onNext(element);
    }
    if (!done && source.isOver()) {
      cancel();
      subscriber.onComplete();
    }
  }
}
