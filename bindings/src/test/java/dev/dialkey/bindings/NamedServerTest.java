package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeLeakCheck.class)
class NamedServerTest {
  private static final byte[] ALPNS = "\u000b/iroh-qad/0".getBytes(StandardCharsets.US_ASCII);
  private static final NativeAddress LOOPBACK =
      NativeAddress.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9));

  @BeforeAll
  static void load() throws IOException {
    NativeLibrary.load();
  }

  /** A certificate that vouches for others, in PEM form. */
  static byte[] root() {
    try (InputStream in = NamedServerTest.class.getResourceAsStream("root.pem")) {
      return Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void dialsAndHasAFirstFlight() {
    try (var memory = new NativeMemory();
        var config = NativeConfig.openForNames(root());
        var connection = connect(config, memory, "relay.example")) {
      int entries = memory.newTransmitBatch().fillFrom(connection, System.nanoTime());
      assertThat(entries).isPositive();
    }
  }

  @Test
  void refusesWhatIsNoHost() {
    try (var memory = new NativeMemory();
        var config = NativeConfig.openForNames(root())) {
      for (String host : new String[] {"", "relay.example.", "[::1]", "a b"}) {
        assertThatExceptionOfType(NativeException.class)
            .isThrownBy(() -> connect(config, memory, host).close())
            .withMessageContaining("host name");
      }
    }
  }

  @Test
  void refusesRootsThatAreNone() {
    for (String roots : new String[] {"", "root", "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
      assertThatExceptionOfType(NativeException.class)
          .isThrownBy(
              () -> NativeConfig.openForNames(roots.getBytes(StandardCharsets.US_ASCII)).close())
          .withMessageContaining("root certificate");
    }
  }

  private static NativeConnection connect(NativeConfig config, NativeMemory memory, String host) {
    return NamedServer.connect(
        config, memory.newResultSlots(), host, ALPNS, LOOPBACK, LOOPBACK, System.nanoTime());
  }
}
