package dev.dialkey.internal.event;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

/** A subscriber that keeps what it hears, in order. For tests that run on one thread. */
class Tape<T> implements Flow.Subscriber<T> {
  final List<String> heard = new ArrayList<>();
  Flow.Subscription subscription =
      new Flow.Subscription() {
        @Override
        public void request(long n) {
          throw new AssertionError("not subscribed yet");
        }

        @Override
        public void cancel() {
          throw new AssertionError("not subscribed yet");
        }
      };

  private final long atOnce;

  /** Asks for so many when it is subscribed; none for 0. */
  Tape(long atOnce) {
    this.atOnce = atOnce;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    heard.add("subscribed");
    if (atOnce > 0) {
      given.request(atOnce);
    }
  }

  @Override
  public void onNext(T element) {
    heard.add(String.valueOf(element));
  }

  @Override
  public void onError(Throwable failure) {
    heard.add(failure.getClass().getSimpleName());
  }

  @Override
  public void onComplete() {
    heard.add("complete");
  }
}
