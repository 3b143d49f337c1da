package dev.dialkey;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A value that changes. Whoever watches sees the latest value, not each one in between.
 *
 * <p>Thread-safe. Observers run on the endpoint's executor, one call at a time for each of them;
 * what they throw is logged and ignored.
 *
 * @param <T> an immutable value
 */
public interface Watch<T> {

  /** Ends when it is closed, or with what is watched. */
  interface Subscription extends AutoCloseable {
    /** Ends the calls, but for one that runs at the moment. Closing again does nothing. */
    @Override
    void close();
  }

  /**
   * The value now; keeps answering after the end of what is watched.
   *
   * @return the value
   */
  T get();

  /**
   * Waits until the value fulfils a condition.
   *
   * @param condition what to wait for; called by this thread, several times
   * @param timeout how long to wait
   * @return the value that fulfils it
   * @throws DialkeyTimeoutException when the time is over
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted, or what ended
   *     the thing that is watched
   */
  T await(Predicate<? super T> condition, Duration timeout) throws IOException;

  /**
   * Calls an observer with the value now and after each change.
   *
   * @param observer takes the values
   * @return ends the calls when it is closed
   */
  Subscription subscribe(Consumer<? super T> observer);

  /**
   * The same for reactive code: each subscriber gets the value now and then, as its demand allows,
   * the latest one after changes. It completes with what is watched.
   *
   * @return the publisher
   */
  Flow.Publisher<T> publisher();
}
