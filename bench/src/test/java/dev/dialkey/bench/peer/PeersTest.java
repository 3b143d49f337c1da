package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class PeersTest {

  private static final String OK = "ok \\d+\\.\\d{6}";
  private static final String MICROS = "=\\d+\\.\\d";

  @ParameterizedTest
  @ValueSource(classes = {NettyQuicPeer.class, KwikPeer.class, TlsPeer.class})
  void aPairAnswersEachCommandAndEndsWithItsInput(Class<?> peer)
      throws IOException, InterruptedException {
    try (PeerProcess server = PeerProcess.start(peer, "server", "--port", "0")) {
      String ready = server.line();
      assertThat(ready).matches("READY 127\\.0\\.0\\.1:\\d+");
      try (PeerProcess client = PeerProcess.start(peer, "client", ready.split(" ", 2)[1])) {
        assertThat(client.line()).isEqualTo("READY");
        assertAnswers(client);
        assertThat(client.exitStatus()).isZero();
      }
      assertThat(server.ask("stats")).matches("ok 0\\.000000 allocated=\\d+");
      assertThat(server.ask("bulk 1")).startsWith("error ");
      assertThat(server.exitStatus()).isZero();
    }
  }

  private static void assertAnswers(PeerProcess client) throws InterruptedException {
    assertThat(client.ask("bulk 1")).matches(OK + "( [a-z]+=\\d+)*");
    assertThat(client.ask("bulk 5000000")).matches(OK + "( [a-z]+=\\d+)*");
    assertThat(client.ask("lat 20"))
        .matches(OK + " p50" + MICROS + " p99" + MICROS + " p999" + MICROS);
    assertThat(client.ask("rps 100 8")).matches(OK + " rate" + MICROS);
    assertThat(client.ask("hs 6 2")).matches(OK);
    assertThat(client.ask("idle 3")).matches(OK);
    assertThat(client.ask("bulk x")).startsWith("error 'x' is not a number");
    assertThat(client.ask("nothing")).startsWith("error unknown command");
    assertThat(client.ask("stats")).matches("ok 0\\.000000 allocated=\\d+");
  }

  @ParameterizedTest
  @ValueSource(classes = {NettyQuicPeer.class, KwikPeer.class})
  void datagramsAreCounted(Class<?> peer) throws IOException, InterruptedException {
    try (PeerProcess server = PeerProcess.start(peer, "server", "--port", "0");
        PeerProcess client = PeerProcess.start(peer, "client", server.line().split(" ", 2)[1])) {
      assertThat(client.line()).isEqualTo("READY");
      // kwik repeats datagrams in probes; nothing on loopback loses half of so few.
      assertThat(received(client.ask("dgram 40 0"))).isBetween(20, 80);
      assertThat(received(client.ask("dgram 40 1000"))).isBetween(20, 80);
    }
  }

  private static int received(String answer) {
    assertThat(answer).matches(OK + " received=\\d+");
    return Integer.parseInt(answer.substring(answer.indexOf('=') + 1));
  }

  @Test
  void tcpHasNoDatagrams() throws IOException, InterruptedException {
    try (PeerProcess server = PeerProcess.start(TlsPeer.class, "server", "--port", "0");
        PeerProcess client =
            PeerProcess.start(TlsPeer.class, "client", server.line().split(" ", 2)[1])) {
      assertThat(client.line()).isEqualTo("READY");
      assertThat(client.ask("dgram 1 0")).startsWith("error TCP has no datagrams");
    }
  }

  @Test
  void misuseIsToldApart() throws IOException, InterruptedException {
    try (PeerProcess misused = PeerProcess.start(TlsPeer.class, "server")) {
      assertThat(misused.exitStatus()).isEqualTo(2);
    }
    // Port 1 of this machine has no server.
    try (PeerProcess alone = PeerProcess.start(TlsPeer.class, "client", "127.0.0.1:1")) {
      assertThat(alone.exitStatus()).isEqualTo(1);
    }
  }
}
