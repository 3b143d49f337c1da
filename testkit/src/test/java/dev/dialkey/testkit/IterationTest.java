package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.Connecting;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.TransportOptions;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Loops over those who dial and over the peer's streams. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class IterationTest {

  @Test
  void loopOverStreamsEndsWithTheConnection() throws Exception {
    for (boolean byPeer : new boolean[] {true, false}) {
      try (var pair = Loopback.connect(TransportOptions.defaults())) {
        var loop = Tasks.start(() -> streamIds(pair.server().biStreams()));
        for (int i = 0; i < 5; i++) {
          BiStream stream = pair.client().openBi();
          stream.send().finish();
          stream.recv().readAll(0); // Served.
        }
        (byPeer ? pair.client() : pair.server()).close(1, "enough");
        assertThat(loop.get()).containsExactly(0L, 4L, 8L, 12L, 16L);
        assertThat(pair.server().biStreams()).isEmpty();
      }
    }
  }

  private static List<Long> streamIds(Iterable<BiStream> streams) throws Exception {
    List<Long> ids = new ArrayList<>();
    for (BiStream stream : streams) {
      ids.add(stream.id());
      stream.send().finish();
    }
    return ids;
  }

  @Test
  void loopOverThoseWhoDialEndsWithTheEndpoint() throws Exception {
    try (Endpoint dialler = Peers.dialler()) {
      Endpoint acceptor = Peers.acceptor();
      var loop = Tasks.start(() -> refuseAll(acceptor.incoming()));
      for (int i = 0; i < 5; i++) {
        try (Connecting dial = Peers.dial(dialler, acceptor)) {
          assertThatThrownBy(dial::await).isNotNull();
        }
      }
      acceptor.close();
      assertThat(loop.get()).isEqualTo(5);
      assertThat(acceptor.incoming()).isEmpty();
    }
  }

  private static int refuseAll(Iterable<Incoming> incoming) {
    int count = 0;
    for (Incoming one : incoming) {
      one.refuse();
      count++;
    }
    return count;
  }

  @Test
  void nextOneIsGivenOnceHoweverOftenItIsAskedFor() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults());
        BiStream first = pair.client().openBi();
        BiStream second = pair.client().openBi()) {
      first.send().finish();
      second.send().finish();
      Iterator<BiStream> streams = pair.server().biStreams().iterator();
      assertThat(streams.hasNext()).isTrue();
      assertThat(streams.hasNext()).isTrue();
      assertThat(streams.next().id()).isEqualTo(first.id());
      assertThat(streams.next().id()).isEqualTo(second.id());
      pair.server().close();
      assertThat(streams.hasNext()).isFalse();
      assertThatThrownBy(streams::next).isInstanceOf(NoSuchElementException.class);
      assertThatThrownBy(streams::remove).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void interruptEndsALoopAndIsThrownUnchecked() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      for (Iterable<?> iterable : List.of(pair.server().biStreams(), pair.acceptor().incoming())) {
        var loop =
            Tasks.start(() -> {
              assertThatThrownBy(() -> iterable.iterator().hasNext())
                  .isInstanceOf(UncheckedIOException.class)
                  .hasCauseInstanceOf(InterruptedIOException.class);
              return Thread.currentThread().isInterrupted();
            });
        loop.parked().thread().interrupt();
        assertThat(loop.get()).isTrue();
      }
    }
  }
}
