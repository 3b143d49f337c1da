package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.ConnectionType;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Events;
import dev.dialkey.PathEvent;
import dev.dialkey.PathInfo;
import dev.dialkey.TransportOptions;
import dev.dialkey.Watch;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What those hear who watch a connection. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class WatchTest {
  private static final Duration SOON = Duration.ofMillis(50);

  private Loopback.Pair pair;

  @BeforeEach
  void connect() throws Exception {
    pair = Loopback.connect(TransportOptions.defaults());
  }

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void pathsAreThoseOfTheConnectionUntilItsEnd() throws Exception {
    for (boolean byClient : new boolean[] {true, false}) {
      Connection connection = byClient ? pair.client() : pair.server();
      Watch<List<PathInfo>> paths = connection.watchPaths();
      assertThat(paths.get()).singleElement().matches(PathInfo::selected);
      assertThat(paths.get().getFirst().remote()).isEqualTo(connection.paths().getFirst().remote());
      assertThat(paths.await(now -> now.size() == 1, Duration.ZERO)).hasSize(1);
      Watch<ConnectionType> type = connection.connectionType();
      assertThat(type.get()).isEqualTo(ConnectionType.DIRECT);
      var waiting =
          Tasks.start(() -> type.await(now -> now == ConnectionType.NONE, Loopback.PATIENCE))
              .parked();
      connection.close();
      assertThat(waiting.get()).isEqualTo(ConnectionType.NONE);
      assertThat(paths.await(List::isEmpty, Loopback.PATIENCE)).isEmpty();
      assertThat(paths.get()).isEmpty();
      assertThat(type.get()).isEqualTo(ConnectionType.NONE);
      pair.close();
      connect();
    }
  }

  @Test
  void everybodyMayWatchAndOneWatchServesAll() throws Exception {
    assertThat(pair.client().watchPaths()).isSameAs(pair.client().watchPaths());
    List<Tasks.Task<List<PathInfo>>> waiting = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      var watch = pair.client().watchPaths();
      waiting.add(Tasks.start(() -> watch.await(List::isEmpty, Loopback.PATIENCE)).parked());
    }
    pair.server().close();
    for (var task : waiting) {
      assertThat(task.get()).isEmpty();
    }
  }

  @Test
  void waitEndsWithItsDeadlineOrInterrupt() throws Exception {
    Watch<List<PathInfo>> paths = pair.client().watchPaths();
    assertThatThrownBy(() -> paths.await(List::isEmpty, SOON))
        .isInstanceOf(DialkeyTimeoutException.class);
    assertThatThrownBy(() -> paths.await(List::isEmpty, Duration.ZERO))
        .isInstanceOf(DialkeyTimeoutException.class);
    var waiting =
        Tasks.start(() -> {
          assertThatThrownBy(() -> paths.await(List::isEmpty, Loopback.PATIENCE))
              .isInstanceOf(InterruptedIOException.class);
          return Thread.currentThread().isInterrupted();
        });
    waiting.parked().thread().interrupt();
    assertThat(waiting.get()).isTrue();
  }

  @Test
  void waitForWhatNeverComesEndsWithTheConnection() throws Exception {
    Watch<List<PathInfo>> paths = pair.client().watchPaths();
    var waiting =
        Tasks.start(() -> paths.await(now -> now.size() == 7, Loopback.PATIENCE)).parked();
    pair.server().close(3, "bye");
    assertThat(waiting.failure())
        .isInstanceOfSatisfying(
            ConnectionClosedException.class,
            e -> assertThat(e.reason()).isEqualTo(pair.client().closeReason().orElseThrow()));
    assertThatThrownBy(() -> paths.await(now -> now.size() == 7, Loopback.PATIENCE))
        .isInstanceOf(ConnectionClosedException.class)
        .isNotSameAs(waiting.failure());
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void observerHearsTheValueNowAndTheLast() throws Exception {
    List<ConnectionType> heard = new CopyOnWriteArrayList<>();
    try (var subscription = pair.client().connectionType().subscribe(heard::add)) {
      Tasks.awaitTrue(() -> heard.contains(ConnectionType.DIRECT));
      pair.server().close();
      Tasks.awaitTrue(() -> heard.getLast() == ConnectionType.NONE);
      subscription.close();
    }
    assertThat(heard.getFirst()).isEqualTo(ConnectionType.DIRECT);
    List<ConnectionType> late = new CopyOnWriteArrayList<>();
    pair.client().connectionType().subscribe(late::add); // Ends by itself: it is over.
    Tasks.awaitTrue(() -> late.equals(List.of(ConnectionType.NONE)));
  }

  @Test
  void observerThatThrowsIsLoggedAndGoesOn() throws Exception {
    try (Warnings warnings = Warnings.of("dev.dialkey.event")) {
      List<ConnectionType> heard = new CopyOnWriteArrayList<>();
      var subscription =
          pair.client()
              .connectionType()
              .subscribe(type -> {
                heard.add(type);
                throw new IllegalStateException("a bug");
              });
      Tasks.awaitTrue(() -> warnings.taken().size() == 1);
      pair.server().close();
      Tasks.awaitTrue(() -> heard.size() == 2 && warnings.taken().size() == 2);
      assertThat(heard).containsExactly(ConnectionType.DIRECT, ConnectionType.NONE);
      subscription.close();
    }
  }

  @Test
  void closedSubscriptionHearsNothing() throws Exception {
    List<ConnectionType> closed = new CopyOnWriteArrayList<>();
    List<ConnectionType> open = new CopyOnWriteArrayList<>();
    var subscription = pair.client().connectionType().subscribe(closed::add);
    Tasks.awaitTrue(() -> closed.size() == 1);
    subscription.close();
    pair.client().connectionType().subscribe(open::add);
    pair.server().close();
    Tasks.awaitTrue(() -> open.contains(ConnectionType.NONE));
    assertThat(closed).hasSize(1);
  }

  @Test
  void pathEventsBeginWithThePathsThereAreAndEndWithTheConnection() throws Exception {
    try (Events<PathEvent> first = pair.client().pathEvents();
        Events<PathEvent> second = pair.client().pathEvents()) {
      assertThat(first.take().orElseThrow()).isInstanceOf(PathEvent.Opened.class);
      assertThat(first.take().orElseThrow())
          .isInstanceOfSatisfying(
              PathEvent.Selected.class,
              selected -> assertThat(selected.path().selected()).isTrue());
      assertThat(first.poll(SOON)).isEmpty();
      var waiting = Tasks.start(first::take).parked();
      pair.server().close();
      assertThat(waiting.get().orElseThrow())
          .isInstanceOfSatisfying(
              PathEvent.Closed.class,
              closed -> assertThat(closed.stats().packetsSent()).isPositive());
      assertThat(first.take()).isEmpty();
      assertThat(first.poll(Loopback.PATIENCE)).isEmpty();
      assertThat(drain(second))
          .extracting(event -> (Object) event.getClass())
          .containsExactly(
              PathEvent.Opened.class, PathEvent.Selected.class, PathEvent.Closed.class);
    }
    try (Events<PathEvent> late = pair.client().pathEvents()) {
      assertThat(late.take()).isEmpty();
    }
  }

  private static List<PathEvent> drain(Events<PathEvent> events) throws Exception {
    List<PathEvent> all = new ArrayList<>();
    Optional<PathEvent> next = events.take();
    while (next.isPresent()) {
      all.add(next.get());
      next = events.take();
    }
    return all;
  }

  @Test
  void closedEventsEndTheirReaders() throws Exception {
    Events<PathEvent> events = pair.client().pathEvents();
    events.take();
    events.take();
    var waiting = List.of(Tasks.start(events::take), Tasks.start(events::take));
    for (var task : waiting) {
      task.parked();
    }
    events.close();
    events.close();
    for (var task : waiting) {
      assertThat(task.get()).isEmpty();
    }
    assertThat(events.take()).isEmpty();
  }

  @Test
  void readerOfEventsCanBeInterrupted() throws Exception {
    try (Events<PathEvent> events = pair.client().pathEvents()) {
      events.take();
      events.take();
      var waiting =
          Tasks.start(() -> {
            assertThatThrownBy(events::take).isInstanceOf(InterruptedIOException.class);
            return Thread.currentThread().isInterrupted();
          });
      waiting.parked().thread().interrupt();
      assertThat(waiting.get()).isTrue();
    }
  }

  @Test
  void publisherOfEventsCompletesWithTheConnection() throws Exception {
    List<PathEvent> heard = new CopyOnWriteArrayList<>();
    CountDownLatch complete = new CountDownLatch(1);
    Events<PathEvent> events = pair.client().pathEvents();
    events
        .publisher()
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(PathEvent event) {
                heard.add(event);
              }

              @Override
              public void onError(Throwable failure) {
                throw new AssertionError(failure);
              }

              @Override
              public void onComplete() {
                complete.countDown();
              }
            });
    pair.server().close();
    assertThat(complete.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(heard)
        .extracting(event -> (Object) event.getClass())
        .containsExactly(PathEvent.Opened.class, PathEvent.Selected.class, PathEvent.Closed.class);
  }
}
