package dev.dialkey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Turns calls that wait for the next of something into a loop over them. Stateless. */
final class Iteration {

  /** Waits for the next one. */
  interface Next<T> {
    Optional<T> get() throws IOException;
  }

  private Iteration() {}

  static <T> Iterable<T> over(Next<T> source) {
    return () ->
        new Iterator<T>() {
          private Optional<T> next = Optional.empty();

          @Override
          public boolean hasNext() {
            if (next.isEmpty()) {
              try {
                next = source.get();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
            return next.isPresent();
          }

          @Override
          public T next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            T result = next.orElseThrow();
            next = Optional.empty();
            return result;
          }
        };
  }
}
