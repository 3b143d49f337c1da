package dev.dialkey.holepunch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ObservedAddressTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final long IPV4 = 0x9f81a6;
  private static final long IPV6 = 0x9f81a7;

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  private static final ObservedAddress V4 = new ObservedAddress(42, address("127.0.0.1", 4242));
  private static final ObservedAddress V6 = new ObservedAddress(1, address("2001:db8::1", 4242));

  @Test
  void readsAndWritesTheVectors() {
    byte[] v4 = HEX.parseHex("2a7f0000011092");
    assertThat(ObservedAddress.parse(IPV4, v4)).contains(V4);
    assertThat(V4.type()).isEqualTo(IPV4);
    assertThat(V4.body()).isEqualTo(v4);

    byte[] v6 = HEX.parseHex("0120010db80000000000000000000000011092");
    assertThat(ObservedAddress.parse(IPV6, v6)).contains(V6);
    assertThat(V6.type()).isEqualTo(IPV6);
    assertThat(V6.body()).isEqualTo(v6);
  }

  /** A server with one socket for both families sees its IPv4 clients so. */
  @Test
  void mappedAddressesBecomeIpv4() {
    byte[] mapped = HEX.parseHex("0000000000000000000000ffffc00002011151");
    var read = ObservedAddress.parse(IPV6, mapped).orElseThrow();
    assertThat(read).isEqualTo(new ObservedAddress(0, address("192.0.2.1", 4433)));
    assertThat(read.type()).isEqualTo(IPV4);
  }

  @Test
  void refusesWhatIsCutOrTooLong() {
    for (ObservedAddress frame : List.of(V4, V6)) {
      byte[] body = frame.body();
      for (int length = 0; length < body.length; length++) {
        byte[] cut = Arrays.copyOf(body, length);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ObservedAddress.parse(frame.type(), cut))
            .withMessageContaining("cut short");
      }
      byte[] longer = Arrays.copyOf(body, body.length + 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ObservedAddress.parse(frame.type(), longer))
          .withMessageContaining("too many");
    }
  }

  @Test
  void theTypeSaysHowLongTheAddressIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ObservedAddress.parse(IPV6, V4.body()))
        .withMessageContaining("cut short");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ObservedAddress.parse(IPV4, V6.body()))
        .withMessageContaining("too many");
  }

  @Test
  void passesOtherTypes() {
    for (long type : new long[] {0, IPV4 - 1, IPV6 + 1, 0x3d7f90, IPV4 | 1L << 32}) {
      assertThat(ObservedAddress.parse(type, V4.body())).isEmpty();
    }
  }

  @Test
  void numbersHave62Bits() {
    var largest = new ObservedAddress((1L << 62) - 1, V6.address());
    assertThat(ObservedAddress.parse(IPV6, largest.body())).contains(largest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ObservedAddress(1L << 62, V6.address()));
    assertThatIllegalArgumentException().isThrownBy(() -> new ObservedAddress(-1, V6.address()));
  }

  @Test
  void noiseIsRefusedOrReadsBack() {
    var random = new Random(11);
    for (int round = 0; round < 100_000; round++) {
      byte[] body = new byte[random.nextInt(28)];
      random.nextBytes(body);
      try {
        var frame = ObservedAddress.parse(IPV4 + random.nextInt(2), body).orElseThrow();
        assertThat(ObservedAddress.parse(frame.type(), frame.body())).contains(frame);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageMatching(".*(cut short|too many).*");
      }
    }
  }
}
