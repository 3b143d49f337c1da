package dev.dialkey.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.BiStream;
import dev.dialkey.CloseReason;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointClosedException;
import dev.dialkey.RecvStream;
import dev.dialkey.SendStream;
import dev.dialkey.TransportOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class CloseTest {
  private static final long MAX_CODE = (1L << 62) - 1;

  @Test
  void peerSeesCodeAndReasonInBothDirections() throws Exception {
    byte[] longest = Pattern.bytes(1_023, 1);
    for (boolean byClient : new boolean[] {true, false}) {
      for (long code : new long[] {0, 7, MAX_CODE}) {
        try (var pair = Loopback.connect(TransportOptions.defaults())) {
          var closer = byClient ? pair.client() : pair.server();
          var other = byClient ? pair.server() : pair.client();
          byte[] reason = code == 7 ? longest : "bye".getBytes(UTF_8);
          closer.close(code, reason);
          closer.close(3, "the first close counts");
          assertThat(reasonOf(other)).isEqualTo(new CloseReason.ApplicationClosed(code, reason));
          assertThat(reasonOf(closer)).isEqualTo(new CloseReason.LocallyClosed());
          assertThat(other.closeReason()).contains(reasonOf(other));
          assertThat(other.paths()).isEmpty();
          assertThat(other.rtt()).isEmpty();
          assertThat(other.stats().packetsReceived()).isPositive();
          assertThat(other.remoteId()).isNotNull();
          other.close(); // Does nothing.
        }
      }
    }
  }

  @Test
  void closeChecksItsArguments() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      assertThatThrownBy(() -> pair.client().close(-1, ""))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> pair.client().close(MAX_CODE + 1, ""))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> pair.client().close(0, new byte[1_024]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(pair.client().closeReason()).isEmpty();
    }
  }

  @Test
  void closeEndsEveryWaitingCallOnBothSides() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.builder().maxUniStreams(1).build())) {
      List<Tasks.Task<?>> waiting = new ArrayList<>();
      waiting.addAll(allWaitingCalls(pair.client()));
      waiting.addAll(allWaitingCalls(pair.server()));
      for (var task : waiting) {
        task.parked();
      }
      pair.server().close(5, "enough");
      for (var task : waiting) {
        assertThat(task.failure()).isInstanceOf(ConnectionClosedException.class);
      }
      assertThatExceptionOfType(ConnectionClosedException.class)
          .isThrownBy(() -> pair.client().openBi())
          .matches(e -> e.reason().equals(pair.client().closeReason().orElseThrow()));
    }
  }

  private static List<Tasks.Task<?>> allWaitingCalls(Connection connection) throws Exception {
    BiStream bi = connection.openBi();
    BiStream other = connection.openBi();
    SendStream uni = connection.openUni();
    return List.of(
        Tasks.start(() -> bi.recv().read(new byte[1])),
        Tasks.start(() -> other.recv().read(ByteBuffer.allocateDirect(1))),
        Tasks.start(() -> uni.write(ByteBuffer.allocate(8 << 20))),
        Tasks.start(() -> other.send().write(ByteBuffer.allocateDirect(8 << 20))),
        Tasks.start(() -> connection.openUni()),
        Tasks.start(() -> acceptUntilClosed(connection)));
  }

  private static int acceptUntilClosed(Connection connection) throws IOException {
    int accepted = 0;
    while (accepted < 100) {
      connection.acceptBi();
      accepted++;
    }
    return accepted;
  }

  @Test
  void whatArrivedBeforeThePeersCloseIsStillRead() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      byte[] data = Pattern.bytes(500_000, 2);
      try (SendStream taken = pair.client().openUni()) {
        taken.write(new byte[1]);
        RecvStream first = pair.server().acceptUni(Loopback.PATIENCE);
        assertThat(first.read(new byte[1])).isEqualTo(1);
        taken.write(data);
        taken.finish();
        try (SendStream unseen = pair.client().openUni()) {
          unseen.write(data);
          unseen.finish();
          try (SendStream last = pair.client().openUni()) {
            last.write(new byte[1]);
            last.finish();
            awaitReceived(pair, 2L * data.length);
          }
        }
        pair.client().close(9, "all sent");
        assertThat(reasonOf(pair.server()))
            .isEqualTo(new CloseReason.ApplicationClosed(9, "all sent".getBytes(UTF_8)));
        assertThat(first.readAll(data.length)).isEqualTo(data);
        try (RecvStream second = pair.server().acceptUni()) {
          assertThat(second.readAll(data.length)).isEqualTo(data);
          assertThatThrownBy(() -> second.connection().openUni())
              .isInstanceOf(ConnectionClosedException.class);
        }
      }
    }
  }

  /** Returns once everything was sent and heard: both sides count the same, and go on to. */
  private static void awaitReceived(Loopback.Pair pair, long bytes) {
    int[] inARow = {0};
    Tasks.awaitTrue(() -> {
      boolean quiet =
          pair.server().stats().bytesReceived() > bytes
              && pair.server().stats().packetsReceived() == pair.client().stats().packetsSent();
      inARow[0] = quiet ? inARow[0] + 1 : 0;
      return inARow[0] == 50;
    });
  }

  @Test
  void ownCloseDropsWhatWasNotRead() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      try (SendStream send = pair.client().openUni()) {
        send.write(new byte[100]);
        RecvStream recv = pair.server().acceptUni(Loopback.PATIENCE);
        pair.server().close();
        assertThatThrownBy(() -> recv.readAll(100)).isInstanceOf(ConnectionClosedException.class);
        assertThat(reasonOf(pair.client())).isInstanceOf(CloseReason.ApplicationClosed.class);
      }
    }
  }

  @Test
  void closingTheEndpointTellsThePeerCodeZero() throws Exception {
    for (boolean dialler : new boolean[] {true, false}) {
      try (var pair = Loopback.connect(TransportOptions.defaults())) {
        Endpoint closer = dialler ? pair.dialler() : pair.acceptor();
        Connection other = dialler ? pair.server() : pair.client();
        var waiting = Tasks.start(() -> closer.accept()).parked();
        long start = System.nanoTime();
        closer.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(closer.isClosed()).isTrue();
        assertThat(closer.closed()).isCompleted();
        assertThat(waiting.get()).isEmpty();
        assertThat(reasonOf(other)).isEqualTo(new CloseReason.ApplicationClosed(0, new byte[0]));
        assertThatThrownBy(() -> closer.connect(pair.acceptor().addr(), "test/1"))
            .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> closer.setAlpns()).isInstanceOf(IllegalStateException.class);
        assertThat(closer.accept()).isEmpty();
        assertThat(closer.metrics().loops().datagramsDelivered()).isPositive();
        closer.close();
      }
    }
  }

  @Test
  void closingTheEndpointEndsADial() throws Exception {
    try (Endpoint dialler = Loopback.builder().bind();
        Endpoint acceptor = Loopback.builder().alpns("test/1").bind()) {
      var dial = Tasks.start(() -> dialler.connect(acceptor.addr(), "test/1")).parked();
      dialler.closeAsync().get(20, TimeUnit.SECONDS);
      assertThat(dial.failure()).isInstanceOf(EndpointClosedException.class);
      assertThatThrownBy(() -> dialler.connect(acceptor.addr(), "test/1"))
          .isInstanceOf(EndpointClosedException.class);
    }
  }

  @Test
  void interruptedCloseStillFreesEverything() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      var closing =
          Tasks.start(() -> {
            Thread.currentThread().interrupt();
            pair.dialler().close();
            return Thread.interrupted();
          });
      assertThat(closing.get()).isTrue();
      assertThat(pair.dialler().closed()).isCompleted();
    }
  }

  @Test
  void executorThatWasShutDownStopsNoLoop() throws Exception {
    var executor = Executors.newSingleThreadExecutor();
    executor.shutdown();
    try (Endpoint acceptor = Loopback.builder().alpns("test/1").bind();
        Endpoint dialler = Loopback.builder().executor(executor).bind()) {
      for (int i = 0; i < 2; i++) {
        var accepting = acceptor.acceptAsync();
        var dial = dialler.connectAsync(acceptor.addr(), "test/1");
        try (Connection server =
                accepting.get(20, TimeUnit.SECONDS).orElseThrow().accept().await();
            Connection client = dial.get(20, TimeUnit.SECONDS)) {
          server.close(3, "next");
          assertThat(reasonOf(client)).isInstanceOf(CloseReason.ApplicationClosed.class);
        }
      }
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void connectionLivesWhileOnlyItsJavaIoViewsAreUsed() throws Exception {
    try (Endpoint acceptor = Loopback.builder().alpns("test/1").bind();
        Endpoint dialler = Loopback.builder().bind()) {
      var accepting = Tasks.start(() -> acceptor.accept().orElseThrow().accept().await());
      OutputStream out = openView(dialler, acceptor);
      try (Connection server = accepting.get()) {
        out.write(1);
        out.flush();
        BiStream served = server.acceptBi(Loopback.PATIENCE);
        InputStream in = served.recv().inputStream();
        assertThat(in.read()).isEqualTo(1);
        collectGarbage();
        out.write(2);
        out.flush();
        assertThat(in.read()).isEqualTo(2);
        server.close();
      }
    }
  }

  private static OutputStream openView(Endpoint dialler, Endpoint acceptor) throws IOException {
    return dialler.connect(acceptor.addr(), "test/1").openBi().send().outputStream();
  }

  /** Returns after a collection that cleared what was unreachable. */
  private static void collectGarbage() {
    for (int round = 0; round < 3; round++) {
      var canary = new WeakReference<>(new byte[16]);
      Tasks.awaitTrue(() -> {
        System.gc();
        return canary.get() == null;
      });
    }
  }

  private static CloseReason reasonOf(Connection connection) throws Exception {
    return connection.closed().get(20, TimeUnit.SECONDS);
  }
}
