package dev.dialkey.addressing;

import static dev.dialkey.addressing.AddressFormats.failure;
import static dev.dialkey.addressing.AddressFormats.kind;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket addresses, custom addresses and ALPNs beyond the vectors. */
class TextFormsTest {
  @ParameterizedTest
  @CsvSource({
    "[::]:0, [::]:0",
    "[1::]:1, [1::]:1",
    "[::1:0:0:2]:1, [::1:0:0:2]:1",
    "[0:0:1::]:1, [0:0:1::]:1",
    "[1:0:0:2:0:0:3:4]:1, [1::2:0:0:3:4]:1",
    "[1:2:3:4:5:6:7::]:1, [1:2:3:4:5:6:7:0]:1",
    "[::2:3:4:5:6:7:8]:1, [0:2:3:4:5:6:7:8]:1",
    "[64:ff9b::1.2.3.4]:1, [64:ff9b::102:304]:1",
    "[1:2:3:4:5:6:1.2.3.4]:1, [1:2:3:4:5:6:102:304]:1",
    "[0001:00AB::]:1, [1:ab::]:1",
    "[::ffff:0.0.0.0]:1, [::ffff:0.0.0.0]:1",
    "[::fffe:1.2.3.4]:1, [::fffe:102:304]:1",
    "[fe80::1%0]:1, [fe80::1]:1",
    "[fe80::1%007]:1, [fe80::1%7]:1",
    "[fe80::1%2147483647]:1, [fe80::1%2147483647]:1",
    "255.255.255.255:65535, 255.255.255.255:65535",
  })
  void socketAddressIsWrittenInItsOneForm(String text, String written) {
    assertThat(SocketAddrs.format(SocketAddrs.parse(text))).isEqualTo(written);
    assertThat(SocketAddrs.parse(written)).isEqualTo(SocketAddrs.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":1",
        "1.2.3.4:",
        "1.2.3:1",
        "1.2.3.4.5:1",
        "1.2.3.256:1",
        "1.2.3.0x4:1",
        "1.2.3.-4:1",
        "1.2..3:1",
        "1.2.3.4:+1",
        "1.2.3.4:-1",
        "1.2.3.4 :1",
        "1.2.3.4:1 ",
        "\uff11.2.3.4:1",
        "1.2.3.4:\u0661",
        "16909060:1",
        "[]:1",
        "[:]:1",
        "[:::]:1",
        "[::1::]:1",
        "[1:2:3:4:5:6:7]:1",
        "[1:2:3:4:5:6:7:8:9]:1",
        "[1:2:3:4::5:6:7:8]:1",
        "[1:2:3:4:5:6:7:1.2.3.4]:1",
        "[::1.2.3.4:1]:1",
        "[::1.2.3]:1",
        "[1.2.3.4::]:1",
        "[12345::]:1",
        "[::g]:1",
        "[1:]:1",
        "[:1]:1",
        "[::1:1",
        "::1]:1",
        "[::1]",
        "[::1]1",
        "[fe80::1%]:1",
        "[fe80::1%2147483648]:1",
        "[fe80::1%1%2]:1",
        "[%1]:1",
      })
  void anythingElseIsNoSocketAddress(String text) {
    assertThat(kind(() -> SocketAddrs.parse(text))).isEqualTo(Kind.SOCKET_ADDR);
  }

  @Test
  void mappedAddressStaysIpv6AndKeepsItsBytes() {
    InetAddress mapped = SocketAddrs.parse("[::ffff:1.2.3.4]:5").getAddress();

    assertThat(mapped).isInstanceOf(Inet6Address.class);
    assertThat(mapped.getAddress()).endsWith(255, 255, 1, 2, 3, 4);
    assertThat(SocketAddrs.parse("1.2.3.4:5").getAddress()).isInstanceOf(Inet4Address.class);
  }

  @Test
  void socketAddressesSortByFamilyBytesPortAndScope() {
    List<String> sorted =
        List.of(
            "1.2.3.4:9",
            "200.0.0.1:1",
            "200.0.0.1:2",
            "[::1]:1",
            "[fe80::1]:5",
            "[fe80::1%1]:5",
            "[fe80::1%2]:5",
            "[fe80::1]:6");

    Stream<InetSocketAddress> shuffled =
        sorted.reversed().stream().map(SocketAddrs::parse).sorted(SocketAddrs.ORDER);

    assertThat(shuffled.map(SocketAddrs::format)).containsExactlyElementsOf(sorted);
  }

  @Test
  void nameOfAnAddressIsDropped() throws Exception {
    var named = InetAddress.getByAddress("printer.example", new byte[] {10, 0, 0, 1});
    var bare = SocketAddrs.withoutName(new InetSocketAddress(named, 9));

    assertThat(bare).hasToString("/10.0.0.1:9");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SocketAddrs.format(InetSocketAddress.createUnresolved("printer.example", 9)));
  }

  @Test
  void customAddressesSortAsPeersSortThem() {
    List<String> sorted =
        List.of(
            "0_ff",
            "1_",
            "1_02",
            "1_ff",
            "1_0000",
            "1_" + "ff".repeat(30),
            "1_" + "00".repeat(40),
            "1_" + "01".repeat(31),
            "ffffffffffffffff_");

    assertThat(sorted.reversed().stream().map(CustomAddr::parse).sorted())
        .map(CustomAddr::toString)
        .containsExactlyElementsOf(sorted);
  }

  @Test
  void customAddressIsAValue() {
    byte[] data = {1, 2};
    var addr = CustomAddr.of(-1, data);
    data[0] = 9;
    addr.data()[0] = 9;

    assertThat(addr)
        .hasToString("ffffffffffffffff_0102")
        .isEqualTo(CustomAddr.parse("FFFFFFFFFFFFFFFF_0102"))
        .hasSameHashCodeAs(CustomAddr.parse("ffffffffffffffff_0102"))
        .isNotEqualTo(CustomAddr.of(1, new byte[] {1, 2}))
        .isNotEqualTo(CustomAddr.of(-1, new byte[] {1}));
  }

  @Test
  void alpnHasOneTo255Bytes() {
    assertThat(Alpn.of("x".repeat(255)).toBytes()).hasSize(255);
    assertThatIllegalArgumentException().isThrownBy(() -> Alpn.of(""));
    assertThatIllegalArgumentException().isThrownBy(() -> Alpn.of(new byte[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> Alpn.of("x".repeat(256)));
    assertThatIllegalArgumentException().isThrownBy(() -> Alpn.of("ä".repeat(128)));
    assertThatIllegalArgumentException().isThrownBy(() -> Alpn.of(new byte[256]));
    assertThatIllegalArgumentException().isThrownBy(() -> Alpn.of("\ud800"));
  }

  @Test
  void alpnComparesBytesAndPrintsReadably() {
    assertThat(Alpn.of("DUMBPIPEV0"))
        .isEqualTo(Alpn.of(new byte[] {'D', 'U', 'M', 'B', 'P', 'I', 'P', 'E', 'V', '0'}))
        .hasSameHashCodeAs(Alpn.of("DUMBPIPEV0"))
        .isNotEqualTo(Alpn.of("dumbpipev0"))
        .hasToString("DUMBPIPEV0");
    assertThat(Alpn.of("ä")).hasToString("0xc3a4");
    assertThat(Alpn.of(new byte[] {'a', 10})).hasToString("0x610a");
  }

  @Test
  void alpnIsAValue() {
    byte[] name = {'a'};
    Alpn alpn = Alpn.of(name);
    name[0] = 'b';
    alpn.toBytes()[0] = 'b';

    assertThat(alpn).hasToString("a");
  }

  @Test
  void messagesQuoteForeignTextShortAndPrintable() {
    String hostile = "evil\n\u001b[31m" + "x".repeat(500);

    String message = failure(() -> EndpointTicket.parse(hostile)).getMessage();
    assertThat(message).contains("evil??[31mxx").hasSizeLessThan(120);
    String scheme = "s".repeat(500) + ":x";
    assertThat(failure(() -> RelayUrl.of(scheme)).getMessage()).hasSizeLessThan(300);
  }
}
