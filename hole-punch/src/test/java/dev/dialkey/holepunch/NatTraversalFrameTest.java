package dev.dialkey.holepunch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.holepunch.NatTraversalFrame.AddAddress;
import dev.dialkey.holepunch.NatTraversalFrame.ReachOut;
import dev.dialkey.holepunch.NatTraversalFrame.RemoveAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NatTraversalFrameTest {
  private static final HexFormat HEX = HexFormat.of();

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  /** Bodies by type, as iroh writes them. */
  private static Map<String, NatTraversalFrame> vectors() {
    var v4 = address("127.0.0.1", 4242);
    var v6 = address("2001:db8::1", 4242);
    Map<String, NatTraversalFrame> vectors = new LinkedHashMap<>();
    vectors.put("3d7f90 2a7f0000011092", new AddAddress(42, v4));
    vectors.put("3d7f91 0020010db80000000000000000000000011092", new AddAddress(0, v6));
    vectors.put("3d7f92 01c00002011151", new ReachOut(1, address("192.0.2.1", 4433)));
    vectors.put("3d7f93 4164" + "20010db8000000000000000000000001" + "1092", new ReachOut(356, v6));
    vectors.put("3d7f94 0a", new RemoveAddress(10));
    return vectors;
  }

  @Test
  void readsAndWritesWhatIrohWrites() {
    vectors()
        .forEach((text, frame) -> {
          long type = Long.parseLong(text.substring(0, 6), 16);
          byte[] body = HEX.parseHex(text.substring(7));
          assertThat(NatTraversalFrame.parse(type, body)).contains(frame);
          assertThat(frame.type()).isEqualTo(type);
          assertThat(frame.body()).isEqualTo(body);
        });
  }

  @Test
  void refusesWhatIsCutOrTooLong() {
    vectors()
        .values()
        .forEach(frame -> {
          byte[] body = frame.body();
          for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> NatTraversalFrame.parse(frame.type(), cut))
                .isInstanceOf(IllegalArgumentException.class);
          }
          byte[] longer = Arrays.copyOf(body, body.length + 1);
          assertThatThrownBy(() -> NatTraversalFrame.parse(frame.type(), longer))
              .hasMessageContaining("too many");
        });
  }

  @Test
  void passesOtherTypes() {
    assertThat(NatTraversalFrame.parse(0x3d7f8f, new byte[0])).isEmpty();
    assertThat(NatTraversalFrame.parse(0x3d7f95, new byte[9])).isEmpty();
  }

  @Test
  void turnsMappedAddressesIntoIpv4() {
    byte[] mapped = HEX.parseHex("05" + "00000000000000000000ffff7f000001" + "1092");
    var frame = NatTraversalFrame.parse(0x3d7f91, mapped).orElseThrow();
    assertThat(frame).isEqualTo(new AddAddress(5, address("127.0.0.1", 4242)));
    assertThat(frame.type()).isEqualTo(0x3d7f90);
  }

  @Test
  void numbersOfEveryLength() {
    for (long seq :
        new long[] {0, 63, 64, 16_383, 16_384, (1L << 30) - 1, 1L << 30, (1L << 62) - 1}) {
      var frame = new RemoveAddress(seq);
      assertThat(NatTraversalFrame.parse(frame.type(), frame.body())).contains(frame);
    }
    assertThatThrownBy(() -> new RemoveAddress(-1).body())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noiseIsRefusedOrReadsBack() {
    var random = new Random(7);
    for (int round = 0; round < 100_000; round++) {
      byte[] body = new byte[random.nextInt(28)];
      random.nextBytes(body);
      long type = 0x3d7f90L + random.nextInt(5);
      try {
        var frame = NatTraversalFrame.parse(type, body).orElseThrow();
        assertThat(NatTraversalFrame.parse(frame.type(), frame.body())).contains(frame);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageMatching(".*(cut short|too many).*");
      }
    }
  }
}
