package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.bindings.ffi.dialkey_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a mistake of the caller becomes: a status, never a crash. */
@ExtendWith(NativeLeakCheck.class)
class MisuseTest {
  private static final int CONNECTION = dialkey_h.DK_KIND_CONN();
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  @Test
  void closingTwiceFreesOnce() throws Exception {
    LoopbackPeer peer = LoopbackPeer.open("127.0.0.1");
    peer.dial(peer);
    NativeConnection connection = peer.connection();
    NativeConnection another;
    connection.close();
    peer.dial(peer);
    another = peer.connection();

    // The second close must not give another's slot or object away.
    connection.close();

    assertThat(dialkey_h.dk_conn_free(connection.id())).isEqualTo(NativeStatus.STATE);
    assertThat(another.state().flags() & NativeState.POISONED).isZero();
    peer.close();
    peer.config.close();
    peer.socket.close();
    assertThat(dialkey_h.dk_config_free(peer.config.id())).isEqualTo(NativeStatus.STATE);
  }

  @Test
  void whatIsFreedAnswersWithAState() throws Exception {
    LoopbackPeer peer = LoopbackPeer.open("127.0.0.1");
    peer.dial(peer);
    NativeConnection connection = peer.connection();
    peer.forget();
    byte[] bytes = new byte[8];

    assertThat(connection.streamSend(0, 0, bytes, 0, 8, false)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.streamReceive(0, 0, bytes, 0, 8)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.streamFinish(0, 0)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.streamReset(0, 0, 0)).isEqualTo(NativeStatus.STATE);
    assertThat(peer.toSend.fillFrom(connection, 0)).isEqualTo(NativeStatus.STATE);
    assertThat(peer.events.fetchFrom(connection)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.sendDatagram(0, bytes, 0, 8, 0)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.receiveDatagram(bytes, 0, 8)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.datagramState()).isEqualTo(new NativeDatagrams(0, 0, 0, 0));
    assertThat(connection.streamAcked(0)).isEqualTo(NativeStatus.STATE);
    assertThat(connection.timeoutAt(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(connection.closeReason()).isEmpty();
    assertThat(connection.paths().list()).isEmpty();
    assertThatThrownBy(connection::peerKey).isInstanceOf(NativeException.class);
    peer.close();

    assertThatThrownBy(() -> peer.config.set(NativeOption.PMTUD, 0))
        .isInstanceOf(NativeException.class);
    assertThatThrownBy(() -> peer.socket.await(0, false)).isInstanceOf(NativeException.class);
    assertThatThrownBy(() -> peer.socket.stats()).isInstanceOf(NativeException.class);
    peer.socket.wake();
  }

  @Test
  void idsOfOtherKindsAndHugeLengthsAreRefused() throws Exception {
    try (LoopbackPeer peer = LoopbackPeer.open("127.0.0.1");
        Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(8, 8);
      for (long wrong : new long[] {0, -1, Long.MAX_VALUE, 1L << 32}) {
        assertThat(dialkey_h.dk_conn_state(wrong, one)).isEqualTo(NativeStatus.STATE);
        assertThat(dialkey_h.dk_config_set(wrong, 1, 1)).isEqualTo(NativeStatus.STATE);
        assertThat(dialkey_h.dk_udp_wake(wrong)).isEqualTo(NativeStatus.STATE);
      }
      for (long length : new long[] {1L << 31, 1L << 62, Long.MAX_VALUE, -1}) {
        assertThat(dialkey_h.dk_config_alpn(peer.config.id(), one, length))
            .isEqualTo(dialkey_h.DK_ERR_ARG());
        assertThat(dialkey_h.dk_library_info(one, length)).isEqualTo(dialkey_h.DK_ERR_ARG());
      }
      assertThat(dialkey_h.dk_config_alpn(peer.config.id(), MemorySegment.NULL, 1))
          .isEqualTo(dialkey_h.DK_ERR_ARG());
    }
  }

  @Test
  void aPanicPoisonsTheConnectionAndNothingElse() throws Exception {
    try (LoopbackPeer peer = LoopbackPeer.open("127.0.0.1")) {
      peer.dial(peer);
      NativeConnection connection = peer.connection();

      assertThat(dialkey_h.dk_test_panic(CONNECTION, connection.id()))
          .isEqualTo(NativeStatus.PANIC);

      assertThat(NativeLibrary.lastError()).startsWith("panic: ");
      assertThat(connection.streamFinish(0, 0)).isEqualTo(NativeStatus.PANIC);
      assertThat(peer.toSend.fillFrom(connection, 0)).isEqualTo(NativeStatus.PANIC);
      assertThat(peer.events.fetchFrom(connection)).isEqualTo(NativeStatus.PANIC);
      assertThat(connection.state().flags()).isEqualTo(NativeState.POISONED);
      assertThatThrownBy(connection::alpn)
          .isInstanceOfSatisfying(
              NativeException.class, e -> assertThat(e.status()).isEqualTo(NativeStatus.PANIC));
      peer.forget();
      peer.dial(peer);
      assertThat(peer.toSend.fillFrom(peer.connection(), LoopbackPeer.now())).isPositive();
    }
  }

  @Test
  void twoThreadsInOneConnectionAreTold() throws Exception {
    AtomicBoolean collided = new AtomicBoolean();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try (LoopbackPeer peer = LoopbackPeer.open("127.0.0.1");
        LoopbackPeer other = LoopbackPeer.open("127.0.0.1");
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      peer.dial(peer);
      Future<?> one = threads.submit(() -> collide(peer, peer.toSend, collided, deadline));
      Future<?> two = threads.submit(() -> collide(peer, other.toSend, collided, deadline));
      one.get();
      two.get();
      assertThat(collided).isTrue();
      assertThat(peer.connection().state().flags() & NativeState.POISONED).isZero();
    }
  }

  private static void collide(
      LoopbackPeer peer, TransmitBatch batch, AtomicBoolean collided, long deadline) {
    while (!collided.get() && System.nanoTime() - deadline < 0) {
      int result = batch.fillFrom(peer.connection(), LoopbackPeer.now());
      if (result == NativeStatus.STATE) {
        collided.set(true);
      } else {
        assertThat(result).isNotNegative();
      }
    }
  }

  @Test
  void closingASocketEndsAWait() throws Exception {
    NativeSocket socket =
        NativeSocket.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<?> waiting =
          threads.submit(() ->
              assertThatThrownBy(() -> awaitForEver(socket))
                  .isInstanceOfSatisfying(
                      NativeException.class,
                      e -> assertThat(e.status()).isIn(NativeStatus.CLOSED, NativeStatus.STATE)));
      socket.close();
      waiting.get();
    }
  }

  private static void awaitForEver(NativeSocket socket) {
    while (true) {
      socket.await(Long.MAX_VALUE, false);
    }
  }

  @Test
  void aNegativeTimeIsNoLongWait() throws Exception {
    try (NativeSocket socket =
        NativeSocket.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
      assertThat(socket.await(-1, false)).isZero();
      assertThat(socket.await(Long.MIN_VALUE, false)).isZero();
      socket.wake();
      int ready = socket.await(Long.MAX_VALUE, false);
      assertThat(NativeSocket.isReadable(ready) || NativeSocket.isWritable(ready)).isFalse();
    }
  }
}
