package dev.dialkey;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Flow;

/**
 * What happens, one by one and in order. The queue behind it is bounded: for a reader that does not
 * keep up the oldest events are dropped, and an event of a kind of its own says how many.
 *
 * <p>Thread-safe; each event is given out once. The caller closes it.
 *
 * @param <T> the events
 */
public interface Events<T> extends AutoCloseable {

  /**
   * Waits for the next event.
   *
   * @return the event; empty once nothing more will happen
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  Optional<T> take() throws IOException;

  /**
   * As {@link #take()}, for a limited time.
   *
   * @param timeout how long to wait
   * @return the event; empty when there is none in time, or nothing more will happen
   * @throws IOException an {@link java.io.InterruptedIOException} when interrupted
   */
  Optional<T> poll(Duration timeout) throws IOException;

  /**
   * The same for reactive code, for one subscriber. It takes the events in place of {@link #take}.
   *
   * @return the publisher
   */
  Flow.Publisher<T> publisher();

  /** Takes no more events. Threads that wait get an empty result. */
  @Override
  void close();
}
