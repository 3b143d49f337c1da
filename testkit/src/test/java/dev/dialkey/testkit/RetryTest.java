package dev.dialkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.ClientHelloInfo;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Incoming;
import dev.dialkey.Router;
import dev.dialkey.Verdict;
import dev.dialkey.addressing.Alpn;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Looking at those who dial before any work is done for them. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class RetryTest {

  @Test
  void peerThatProvesItsAddressComesUpAgain() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Incoming first = Peers.next(acceptor);
      assertThat(first.isAddrValidated()).isFalse();
      first.retry();
      assertThatThrownBy(first::retry).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(first::accept).isInstanceOf(IllegalStateException.class);
      first.refuse(); // Does nothing: it was decided about.
      Incoming second = validated(acceptor);
      assertThat(second.remoteAddr()).isEqualTo(first.remoteAddr());
      assertThatThrownBy(second::retry).isInstanceOf(IllegalStateException.class);
      try (Connection server = second.accept().await(Loopback.PATIENCE);
          Connection client = dial.await()) {
        Peers.exchange(client, server);
      }
      assertThat(acceptor.metrics().connections().retriesSent()).isPositive();
    }
  }

  /** The next one with a proof; a repetition of the first flight may come in between. */
  private static Incoming validated(Endpoint acceptor) throws Exception {
    Incoming next = Peers.next(acceptor);
    while (!next.isAddrValidated()) {
      next.ignore();
      next = Peers.next(acceptor);
    }
    return next;
  }

  @Test
  void proofIsGoodOnEveryLoop() throws Exception {
    try (Endpoint acceptor = Loopback.builder().loops(3).alpns(Peers.ALPN).bind()) {
      for (int i = 0; i < 8; i++) {
        try (Endpoint dialler = Peers.dialler();
            Connecting dial = Peers.dial(dialler, acceptor)) {
          Peers.next(acceptor).retry();
          try (Connection server = validated(acceptor).accept().await(Loopback.PATIENCE);
              Connection client = dial.await()) {
            Peers.exchange(client, server);
          }
        }
      }
      assertThat(acceptor.metrics().connections().invalidTokensDropped()).isZero();
    }
  }

  @Test
  void routerThatAsksForProofServesThoseWhoGiveIt() throws Exception {
    List<Boolean> asked = new CopyOnWriteArrayList<>();
    try (Router router =
            Router.builder(Loopback.builder().bind())
                .accept(Peers.ALPN, connection -> connection.closed().get())
                .incomingFilter(incoming -> {
                  asked.add(incoming.isAddrValidated());
                  return Verdict.RETRY;
                })
                .start();
        Endpoint dialler = Peers.dialler();
        Connection client = dialler.connect(router.endpoint().addr(), Peers.ALPN)) {
      assertThat(client.closeReason()).isEmpty();
      assertThat(asked).startsWith(false).endsWith(true);
      assertThat(router.endpoint().metrics().connections().accepted()).isEqualTo(1);
    }
  }

  @Test
  void helloTellsWhatThePeerOffers() throws Exception {
    Alpn other = Alpn.of("other/1");
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial =
            dialler.dial(acceptor.addr(), other, ConnectOptions.defaults().withAlpns(Peers.ALPN))) {
      Incoming incoming = Peers.next(acceptor);
      Tasks.awaitTrue(() -> incoming.peek().isPresent()); // Its second datagram may be on its way.
      ClientHelloInfo hello = incoming.peek().orElseThrow();
      assertThat(hello.alpns()).containsExactly(other, Peers.ALPN);
      assertThat(incoming.peek()).contains(hello); // Looking decides nothing.
      try (Connection server = incoming.accept().await(Loopback.PATIENCE);
          Connection client = dial.await()) {
        assertThat(server.alpn()).isEqualTo(Peers.ALPN);
        Peers.exchange(client, server);
      }
      assertThat(incoming.peek()).isEmpty();
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void lookingAfterTheEndHarmsNobody() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Peers.dialler();
        Connecting dial = Peers.dial(dialler, acceptor)) {
      Incoming incoming = Peers.next(acceptor);
      acceptor.close();
      assertThat(incoming.peek()).isEmpty(); // The closing has decided.
      incoming.retry(); // Does nothing.
      assertThat(incoming.isAddrValidated()).isFalse();
      assertThat(dial.remoteId()).isEqualTo(acceptor.id());
    }
  }
}
