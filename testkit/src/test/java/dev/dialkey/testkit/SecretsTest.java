package dev.dialkey.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.Connecting;
import dev.dialkey.Connection;
import dev.dialkey.ConnectionClosedException;
import dev.dialkey.Endpoint;
import dev.dialkey.EndpointBindException;
import dev.dialkey.TransportOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Keying material, the key log and qlog. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class SecretsTest {
  private static final byte[] LABEL = "EXPORTER-test".getBytes(UTF_8);

  @TempDir Path dir;

  @Test
  void bothSidesDeriveTheSameKeysAndEachConnectionItsOwn() throws Exception {
    Set<List<Byte>> seen = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      try (var pair = Loopback.connect(TransportOptions.defaults())) {
        for (byte[] context : new byte[][] {{}, {1}, new byte[500]}) {
          for (int length : new int[] {32, 8_160}) {
            byte[] key = pair.client().exportKeyingMaterial(length, LABEL, context);
            assertThat(key).hasSize(length);
            assertThat(pair.server().exportKeyingMaterial(length, LABEL, context)).isEqualTo(key);
            assertThat(seen.add(boxed(key))).isTrue();
          }
        }
        byte[] other = pair.client().exportKeyingMaterial(32, new byte[] {'x'}, new byte[0]);
        assertThat(seen.add(boxed(other))).isTrue();
      }
    }
  }

  private static List<Byte> boxed(byte[] bytes) {
    return java.util.stream.IntStream.range(0, 32).mapToObj(i -> bytes[i]).toList();
  }

  @Test
  void exportChecksWhatItIsAskedFor() throws Exception {
    try (var pair = Loopback.connect(TransportOptions.defaults())) {
      Connection client = pair.client();
      assertThat(client.exportKeyingMaterial(1, new byte[] {'x'}, new byte[0])).hasSize(1);
      assertThat(client.exportKeyingMaterial(1, new byte[249], new byte[0])).hasSize(1);
      for (int length : new int[] {-1, 0, 8_161, Integer.MAX_VALUE}) {
        assertThatThrownBy(() -> client.exportKeyingMaterial(length, LABEL, new byte[0]))
            .isInstanceOf(IllegalArgumentException.class);
      }
      for (int length : new int[] {0, 250}) {
        assertThatThrownBy(() -> client.exportKeyingMaterial(32, new byte[length], new byte[0]))
            .isInstanceOf(IllegalArgumentException.class);
      }
      pair.server().close();
      Peers.reasonOf(client);
      for (Connection closed : List.of(client, pair.server())) {
        assertThatThrownBy(() -> closed.exportKeyingMaterial(32, LABEL, new byte[0]))
            .isInstanceOf(ConnectionClosedException.class);
      }
    }
  }

  @Test
  void keyLogHoldsTheSecretsOfEveryConnectionForItsOwnerAlone() throws Exception {
    Path file = dir.resolve("keys.log");
    for (int i = 0; i < 2; i++) { // The second endpoint appends.
      try (Endpoint acceptor = Peers.acceptor();
          Endpoint dialler = Loopback.builder().keyLog(file).bind()) {
        connectAndClose(dialler, acceptor);
        connectAndClose(dialler, acceptor);
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).allMatch(line -> line.matches("[A-Z0-9_]+ [0-9a-f]{64} [0-9a-f]{64,96}"));
    Set<String> randoms = new HashSet<>();
    for (String line : lines) {
      if (line.startsWith("CLIENT_TRAFFIC_SECRET_0 ")) {
        randoms.add(line.split(" ", 3)[1]);
      }
    }
    assertThat(randoms).hasSize(4);
  }

  @Test
  void keyLogMayBeSharedByBothSides() throws Exception {
    Path file = dir.resolve("keys.log");
    try (Endpoint acceptor = Loopback.builder().alpns(Peers.ALPN).keyLog(file).bind();
        Endpoint dialler = Loopback.builder().keyLog(file).bind()) {
      connectAndClose(dialler, acceptor);
    }
    List<String> secrets =
        Files.readAllLines(file).stream()
            .filter(line -> line.startsWith("SERVER_TRAFFIC_SECRET_0 "))
            .toList();
    assertThat(secrets).hasSize(2);
    assertThat(secrets.get(0)).isEqualTo(secrets.get(1));
  }

  @Test
  void fileThatCannotBeMadeFailsTheBinding() throws Exception {
    Path nowhere = dir.resolve("no").resolve("such").resolve("folder");
    assertThatThrownBy(() -> Loopback.builder().keyLog(nowhere).bind())
        .isInstanceOf(EndpointBindException.class)
        .hasMessageContaining(nowhere.toString());
    assertThatThrownBy(() -> Loopback.builder().qlog(nowhere, "x").bind())
        .isInstanceOf(EndpointBindException.class)
        .hasMessageContaining(nowhere.toString());
    assertThatThrownBy(() -> Loopback.builder().qlog(dir, "../x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void eachConnectionHasAQlogOfItsOwn() throws Exception {
    try (Endpoint acceptor = Loopback.builder().alpns(Peers.ALPN).qlog(dir, "server-").bind();
        Endpoint dialler = Loopback.builder().qlog(dir, "").bind()) {
      connectAndClose(dialler, acceptor);
      connectAndClose(dialler, acceptor);
    }
    try (Stream<Path> files = Files.list(dir)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(4);
      assertThat(all)
          .filteredOn(file -> file.getFileName().toString().startsWith("server-"))
          .hasSize(2);
      for (Path file : all) {
        assertThat(Files.readString(file)).contains("qlog").contains("packet_sent");
      }
    }
  }

  @Test
  void nothingIsWrittenUnlessAskedFor() throws Exception {
    try (Endpoint acceptor = Peers.acceptor();
        Endpoint dialler = Loopback.builder().keyLog(false).bind()) {
      connectAndClose(dialler, acceptor);
    }
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files).isEmpty();
    }
  }

  private static void connectAndClose(Endpoint dialler, Endpoint acceptor) throws Exception {
    try (Connecting dial = Peers.dial(dialler, acceptor);
        Connection server = Peers.accept(acceptor).get()) {
      Peers.exchange(dial.await(), server);
    }
  }
}
