package dev.dialkey.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dialkey.Accepting;
import dev.dialkey.BiStream;
import dev.dialkey.ConnectOptions;
import dev.dialkey.Connection;
import dev.dialkey.Endpoint;
import dev.dialkey.Router;
import dev.dialkey.addressing.Alpn;
import dev.dialkey.testkit.LeakCheck;
import dev.dialkey.testkit.Loopback;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both sides of a handshake must come to alike: the protocol and the exported keys. */
@Tag("interop")
@ExtendWith(LeakCheck.class)
@Timeout(120)
class NegotiationInteropTest {
  private static final String ECHO = "dialkey/echo/0";
  private static final String SCRIPT = "interop/script/0";

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void exportedKeysAreEqualWhenWeDial(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind();
        Connection connection = endpoint.connect(peer.addr(), ECHO)) {
      expectEqualKeys(peer, peer.await("accepted").get("conn").asInt(), connection);
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void exportedKeysAreEqualWhenIrohDials(IrohRelease release) throws Exception {
    try (Endpoint endpoint = Loopback.builder().alpns(ECHO).bind();
        var peer = IrohPeer.start(release)) {
      String dial = beginDial(peer, endpoint, ECHO);
      try (Connection connection = accept(endpoint).await(IrohPeer.PATIENCE)) {
        expectEqualKeys(peer, peer.answer(dial).get("conn").asInt(), connection);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void irohPicksOneOfOurAdditionalAlpns(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().bind()) {
      var options = ConnectOptions.defaults().withAlpns(Alpn.of("unknown/2"), Alpn.of(SCRIPT));
      try (Connection connection =
          endpoint.dial(peer.addr(), Alpn.of("unknown/1"), options).await()) {
        assertThat(connection.alpn()).isEqualTo(Alpn.of(SCRIPT));
        assertThat(peer.await("accepted").get("alpn").asText()).isEqualTo(SCRIPT);
      }
      // The acceptor's order counts: it has the echo first.
      var both = ConnectOptions.defaults().withAlpns(Alpn.of(ECHO));
      try (Connection connection = endpoint.dial(peer.addr(), Alpn.of(SCRIPT), both).await()) {
        assertThat(connection.alpn()).isEqualTo(Alpn.of(ECHO));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void wePickOneOfTheAdditionalAlpnsOfIroh(IrohRelease release) throws Exception {
    try (Endpoint endpoint = Loopback.builder().alpns("second/0", "first/0", ECHO).bind();
        var peer = IrohPeer.start(release)) {
      String dial = beginDial(peer, endpoint, "unknown/1", "first/0", "second/0");
      Accepting accepting = accept(endpoint);
      // Our order counts, as with iroh.
      assertThat(accepting.alpn()).isEqualTo(Alpn.of("second/0"));
      try (Connection connection = accepting.await(IrohPeer.PATIENCE)) {
        assertThat(connection.alpn()).isEqualTo(Alpn.of("second/0"));
        assertThat(peer.answer(dial).get("alpn").asText()).isEqualTo("second/0");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void twoLoopsServeIrohEndpoints(IrohRelease release) throws Exception {
    List<IrohPeer> peers = new ArrayList<>();
    try (Router router =
        Router.builder(Loopback.builder().loops(2).bind())
            .accept(ECHO, new EchoService())
            .start()) {
      Endpoint endpoint = router.endpoint();
      // The kernel chooses the loop by the ports: of so many, each loop gets some in 127 of 128
      // runs.
      for (int i = 0; i < 8; i++) {
        peers.add(IrohPeer.start(release, "--bind", "127.0.0.1:0"));
      }
      List<String> echoes = new ArrayList<>();
      for (IrohPeer peer : peers) {
        int number = peer.dial(endpoint.id(), ECHO, endpoint.boundSockets().getFirst());
        echoes.add(peer.begin("echo-many", number, 20, 100_000));
        peer.ask("datagrams", number, 1_000, 1);
        peer.await("datagram");
      }
      for (int i = 0; i < peers.size(); i++) {
        assertThat(peers.get(i).answer(echoes.get(i)).get("ev").asText()).isEqualTo("done");
      }
    } finally {
      for (IrohPeer peer : peers) {
        peer.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IrohRelease.class)
  void twoLoopsDialIroh(IrohRelease release) throws Exception {
    try (var peer = IrohPeer.start(release);
        Endpoint endpoint = Loopback.builder().loops(2).bind()) {
      for (int i = 0; i < 6; i++) {
        try (Connection connection = endpoint.connect(peer.addr(), ECHO);
            BiStream stream = connection.openBi()) {
          Pattern.echo(stream, 1_000_000);
        }
      }
    }
  }

  private static void expectEqualKeys(IrohPeer peer, int number, Connection connection)
      throws Exception {
    JsonNode bound = peer.ask("export", number, 32, "EXPORTER-test", "some context");
    assertThat(bound.get("key").asText()).isEqualTo(export(connection, 32, "some context"));
    JsonNode unbound = peer.ask("export", number, 200, "EXPORTER-test");
    assertThat(unbound.get("key").asText())
        .isEqualTo(export(connection, 200, ""))
        .doesNotStartWith(bound.get("key").asText());
  }

  private static String export(Connection connection, int length, String context) throws Exception {
    byte[] label = "EXPORTER-test".getBytes(UTF_8);
    return HexFormat.of()
        .formatHex(connection.exportKeyingMaterial(length, label, context.getBytes(UTF_8)));
  }

  private static String beginDial(IrohPeer peer, Endpoint endpoint, String... alpns) {
    InetSocketAddress address = endpoint.boundSockets().getFirst();
    return peer.begin("dial", endpoint.id(), IrohPeer.join(address), String.join(" ", alpns));
  }

  private static Accepting accept(Endpoint endpoint) throws Exception {
    return endpoint.accept(IrohPeer.PATIENCE).orElseThrow().accept();
  }
}
