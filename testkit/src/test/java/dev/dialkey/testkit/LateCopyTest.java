package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Accepting;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.DialkeyTimeoutException;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.IncomingAddr;
import dev.dialkey.bindings.NativeLibrary;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A copy of a first flight that arrives late is nobody who dials anew. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class LateCopyTest {
  private Endpoint acceptor;
  private Endpoint dialler;
  private Forwarder forwarder;

  @BeforeEach
  void open() throws Exception {
    acceptor = Peers.acceptor();
    dialler = Peers.dialler();
    forwarder = new Forwarder(acceptor);
  }

  @AfterEach
  void close() {
    dialler.close();
    acceptor.close();
    forwarder.close();
  }

  @Test
  void copyWhileTheConnectionLivesHarmsNobody() throws Exception {
    try (Connecting dial = dialThroughForwarder()) {
      Incoming incoming = Peers.next(acceptor);
      forwarder.replay(); // While nobody has decided.
      try (Connection server = incoming.accept().await(Loopback.PATIENCE);
          Connection client = dial.await(Loopback.PATIENCE)) {
        assertThat(incoming.remoteAddr()).isEqualTo(new IncomingAddr.Ip(forwarder.seenFrom()));
        forwarder.replay();
        Peers.exchange(client, server);
        replayFromElsewhere();
        Peers.exchange(client, server);
        assertNobodyElseIsSeen();
        Peers.exchange(client, server);
      }
    }
  }

  @Test
  void copyAfterTheEndOfTheConnectionIsNotSeen() throws Exception {
    try (Connecting dial = dialThroughForwarder()) {
      try (Connection server = Peers.next(acceptor).accept().await(Loopback.PATIENCE);
          Connection client = dial.await(Loopback.PATIENCE)) {
        Peers.exchange(client, server);
      }
    }
    awaitNoConnections();
    assertCopiesAreNotSeen();
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void copyAfterAHandshakeThatWasGivenUpIsNotSeen() throws Exception {
    try (Connecting dial = dialThroughForwarder()) {
      try (Accepting accepting = Peers.next(acceptor).accept()) {
        assertThat(accepting.remoteAddr()).isNotNull();
      }
      dial.close();
    }
    awaitNoConnections();
    assertCopiesAreNotSeen();
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void copyOfAnIgnoredFlightIsNotSeen() throws Exception {
    try (Connecting dial = dialThroughForwarder()) {
      Peers.next(acceptor).ignore();
      dial.close();
    }
    awaitNoConnections();
    assertCopiesAreNotSeen();
  }

  private Connecting dialThroughForwarder() throws Exception {
    return dialler.dial(forwarder.addr(), Peers.ALPN, ConnectOptions.defaults());
  }

  private static void awaitNoConnections() throws Exception {
    NativeLibrary library = NativeLibrary.load();
    Tasks.awaitTrue(() -> library.liveObjects().connections() == 0);
  }

  private void assertCopiesAreNotSeen() throws Exception {
    for (int i = 0; i < 3; i++) {
      forwarder.replay();
      replayFromElsewhere();
      assertNobodyElseIsSeen();
    }
    assertThat(acceptor.metrics().connections().incomingDropped()).isZero();
  }

  private void replayFromElsewhere() throws Exception {
    try (var elsewhere = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      forwarder.replayFrom(elsewhere);
    }
  }

  /** Somebody who dials after the copies were sent is seen, and nobody before. */
  private void assertNobodyElseIsSeen() throws Exception {
    try (Endpoint other = Peers.dialler();
        Connecting dial = Peers.dial(other, acceptor)) {
      InetSocketAddress from = other.boundSockets().getFirst();
      try (Incoming incoming = Peers.next(acceptor)) {
        assertThat(incoming.remoteAddr()).isEqualTo(new IncomingAddr.Ip(from));
      }
      assertThat(dial.remoteId()).isEqualTo(acceptor.id());
    }
    assertThatThrownBy(() -> acceptor.accept(Duration.ZERO))
        .isInstanceOf(DialkeyTimeoutException.class);
  }
}
