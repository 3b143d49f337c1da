package dev.dialkey.internal.event;

import dev.dialkey.Watch;
import dev.dialkey.internal.connection.Deadline;
import dev.dialkey.internal.connection.WaitQueue;
import dev.dialkey.internal.connection.Waiting;
import dev.dialkey.internal.machine.Machine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A watched value over a source that can be asked at any time. Thread-safe; {@link #changed} and
 * {@link #end} may be called under a lock, for they run no user code.
 */
public final class Watched<T> implements Watch<T> {
  private final Supplier<T> source;
  private final Executor executor;
  private final Machine machine;
  private final List<Observer> observers = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final WaitQueue waiters = new WaitQueue();
  private long version = 1;
  private @Nullable Supplier<? extends IOException> end;

  public Watched(Supplier<T> source, Executor executor, Machine machine) {
    this.machine = machine;
    this.source = source;
    this.executor = executor;
  }

  /** The source gives another value from now on. */
  public void changed() {
    lock.lock();
    try {
      version++;
      waiters.wakeAll();
    } finally {
      lock.unlock();
    }
    observers.forEach(observer -> observer.delivery.signal());
  }

  /** The value changes no more; those who wait for more get an exception of their own. */
  public void end(Supplier<? extends IOException> reason) {
    lock.lock();
    try {
      end = end == null ? reason : end;
    } finally {
      lock.unlock();
    }
    changed();
  }

  @Override
  public T get() {
    return source.get();
  }

  @Override
  public T await(Predicate<? super T> condition, Duration timeout) throws IOException {
    long deadline = Deadline.after(machine, timeout);
    while (true) {
      long seen = version();
      T value = source.get();
      if (condition.test(value)) {
        return value;
      }
      awaitChange(seen, deadline);
    }
  }

  @Override
  public Subscription subscribe(Consumer<? super T> consumer) {
    var subscriber = new ConsumingSubscriber<T>(consumer);
    return observe(subscriber)::cancel;
  }

  @Override
  public Flow.Publisher<T> publisher() {
    return this::observe;
  }

  private Delivery<T> observe(Flow.Subscriber<? super T> subscriber) {
    var observer = new Observer(subscriber);
    observers.add(observer);
    observer.delivery.start();
    return observer.delivery;
  }

  private void awaitChange(long seen, long deadlineNanos) throws IOException {
    Waiting.until(
        machine,
        lock,
        waiters,
        "wait for a value",
        deadlineNanos,
        () -> {
          if (version != seen) {
            return Boolean.TRUE;
          }
          if (end != null) {
            throw end.get();
          }
          return null;
        });
  }

  private long version() {
    lock.lock();
    try {
      return version;
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    lock.lock();
    try {
      return end != null;
    } finally {
      lock.unlock();
    }
  }

  private final class Observer implements Delivery.Source<T> {
    final Delivery<T> delivery;
    private long delivered; // Touched by the delivery's task alone.

    Observer(Flow.Subscriber<? super T> subscriber) {
      delivery = new Delivery<>(executor, this, subscriber);
    }

    @Override
    public @Nullable T next() {
      long newest = version();
      if (newest == delivered) {
        return null;
      }
      delivered = newest;
      return source.get();
    }

    @Override
    public boolean isOver() {
      return version() == delivered && Watched.this.isOver();
    }

    @Override
    public void cancelled() {
      observers.remove(this);
    }
  }

  private record ConsumingSubscriber<T>(Consumer<? super T> consumer)
      implements Flow.Subscriber<T> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T value) {
      consumer.accept(value);
    }

    @Override
    public void onError(Throwable error) {
      throw new AssertionError("the demand is positive", error);
    }

    @Override
    public void onComplete() {}
  }
}
